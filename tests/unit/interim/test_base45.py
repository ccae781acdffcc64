import pytest
from hypothesis import given
from hypothesis import strategies as st

from servicedesk.interim import base45


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (b"", ""),
        (b"AB", "BB8"),
        (b"Hello!!", "%69 VD92EX0"),
        (b"base-45", "UJCLQE7W581"),
        (b"ietf!", "QED8WEX0"),
    ],
)
def test_examples_of_the_rfc(data, text):
    assert base45.encode(data) == text
    assert base45.decode(text) == data


@given(st.binary())
def test_every_text_comes_back_and_ends_in_no_blank(data):
    text = base45.encode(data)
    assert base45.decode(text) == data
    assert text == text.rstrip()  # a reader that trims what it has read loses nothing


@given(st.text("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:", max_size=12))
def test_no_bytes_have_a_second_text(text):
    try:
        data = base45.decode(text)
    except ValueError:
        return
    assert base45.encode(data) == text


@pytest.mark.parametrize("text", ["A", "ABCD", "GGW", ":::", "::", "U6", "ab8", "BB8\n", "ÄB8"])
def test_what_no_bytes_give_is_refused(text):
    with pytest.raises(ValueError):
        base45.decode(text)
