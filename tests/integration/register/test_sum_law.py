"""Whatever stands in a list, accepted + unchanged + rejected = lines, and importing it again changes nothing."""

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from servicedesk.register.models import Person, Title
from servicedesk.register.service import ImportOrder, import_register
from tests.support.lists import STANDARD, as_csv, line

_number = st.sampled_from(["1", "2", "3", "4", "=5", "", "é6"])
_text = st.one_of(
    st.sampled_from(["Ali", "Öz", "?", "A;B", 'A"B', "A\nB", "A\0B", "---", " Ali "]), st.text(max_size=12)
)
_day = st.sampled_from(
    [
        "01.01.1990",
        "00.00.1985",
        "15.02.2027",
        "15.03.2027",
        "31.12.9999",
        "",
        "29.02.2026",
        "46433",
        "x",
        "2025-02-15",
    ]
)
_lines = st.lists(
    st.builds(
        lambda number, family, given, born, basis, issued, ends, moved, mail: line(
            aktenzeichen=number,
            familienname=family,
            vornamen=given,
            geburtsdatum=born,
            titel_rechtsgrundlage=basis,
            erteilt_am=issued,
            gueltig_bis=ends,
            verzogen_am=moved,
            email=mail,
        ),
        _number, _text, _text, _day, st.sampled_from(["16b", "24", ""]), _day, _day, _day, _text,
    ),
    max_size=12,
)  # fmt: skip


@given(lines=_lines, raw=st.binary(max_size=80))
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_the_sum_holds_and_a_second_import_changes_nothing(desk, lines, raw):
    content = as_csv(lines, STANDARD).encode("utf-8", "surrogatepass") + raw
    file = desk.folder / "liste.csv"
    file.write_bytes(content)
    with desk.database.unit_of_work() as session:
        # Each example starts from an empty register: nothing of the one before may help or hinder.
        session.execute(Title.__table__.delete())
        session.execute(Person.__table__.delete())
    order = ImportOrder(file, encoding="utf-8", is_confirmed=True)
    dry = import_register(
        desk.office, ImportOrder(file, encoding="utf-8", is_dry_run=True), desk.surroundings()
    )
    first = import_register(desk.office, order, desk.surroundings())
    again = import_register(desk.office, order, desk.surroundings())
    for report in (dry, first, again):
        assert report.accepted + report.unchanged + report.rejected == report.lines
        assert report.rejected == sum(report.rejections.values())
    assert (dry.accepted, dry.unchanged, dry.rejected) == (first.accepted, first.unchanged, first.rejected)
    assert (again.lines, again.accepted, again.rejected) == (first.lines, 0, first.rejected)
    with desk.database.reading() as session:
        assert session.scalar(select(func.count()).select_from(Title)) == first.accepted
        orphans = select(func.count()).select_from(Title).where(Title.person_id.not_in(select(Person.id)))
        assert session.scalar(orphans) == 0
