"""Invented letters to look at: for the preview command and for tests. Nobody in them exists."""

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, time, timedelta

from servicedesk.notices.contexts import (
    AddressedAs,
    ApplicationReceipt,
    ExpiredLetter,
    InvitationLetter,
    LetterContext,
    LetterFrame,
    LetterSecrets,
    NewCodeLetter,
    OfficeBlock,
    Opening,
    Paper,
    PaperForm,
    Phrase,
    ReceiptChannel,
    Recipient,
    Sender,
    TitleForm,
)

SAMPLE_SECRETS = LetterSecrets(access_code="7K3M-9QXT-2VBH-4RW8", phone_pin="483926")

_RECIPIENTS: Mapping[str, Recipient] = {
    "de": Recipient("Đorđević-Muster", "Ivana", "Lindenweg 4 a", "12345", "Musterstadt"),
    "en": Recipient("Okonkwo-Beispiel", "Adaeze", "Königsallee 12", "12345", "Musterstadt"),
    "ar": Recipient("Al-Muster", "Samira", "Goethestr. 7", "12345", "Musterstadt"),
    "tr": Recipient("Örnekoğlu", "İpek Şule", "Alter Graben 31", "12345", "Musterstadt"),
    "uk": Recipient("Zrazkova", "Oksana", "Am Markt 2", "12345", "Musterstadt"),
}

_CONCERN: Mapping[str, str] = {
    "de": "Aufenthaltserlaubnis zum Studium",
    "en": "Residence permit for study",
    "ar": "تصريح إقامة للدراسة",
    "tr": "Öğrenim amaçlı oturma izni",
    "uk": "Дозвіл на проживання для навчання",
}

_PAPERS: tuple[tuple[PaperForm, Mapping[str, str], Mapping[str, str]], ...] = (
    (
        PaperForm.COPY_AND_ORIGINAL,
        {
            "de": "Gültiger Pass",
            "en": "Valid passport",
            "ar": "جواز سفر ساري المفعول",
            "tr": "Geçerli pasaport",
            "uk": "Чинний паспорт",
        },
        {},
    ),
    (
        PaperForm.ORIGINAL,
        {
            "de": "Bisheriger Aufenthaltstitel mit Zusatzblatt",
            "en": "Current residence permit with supplementary sheet",
            "ar": "تصريح الإقامة الحالي مع الورقة الإضافية",
            "tr": "Ek sayfasıyla birlikte mevcut oturma izni",
            "uk": "Поточний дозвіл на проживання з додатковим аркушем",
        },
        {},
    ),
    (
        PaperForm.DIGITAL,
        {
            "de": "Digitales biometrisches Lichtbild",
            "en": "Digital biometric photo",
            "ar": "صورة بيومترية رقمية",
            "tr": "Dijital biyometrik fotoğraf",
            "uk": "Цифрова біометрична фотографія",
        },
        {},
    ),
    (
        PaperForm.COPY,
        {
            "de": "Mitgliedsbescheinigung der Krankenkasse",
            "en": "Certificate of membership from the health insurance",
            "ar": "شهادة عضوية من شركة التأمين الصحي",
            "tr": "Sağlık sigortası üyelik belgesi",
            "uk": "Довідка про членство від медичного страхування",
        },
        {},
    ),
    (
        PaperForm.COPY,
        {
            "de": "Immatrikulationsbescheinigung",
            "en": "Certificate of enrolment",
            "ar": "شهادة القيد الجامعي",
            "tr": "Öğrenci belgesi",
            "uk": "Довідка про зарахування до університету",
        },
        {},
    ),
    (
        PaperForm.COPY,
        {
            "de": "Gehaltsabrechnungen der letzten 6 Monate",
            "en": "Payslips for the last 6 months",
            "ar": "كشوف الراتب لآخر 6 أشهر",
            "tr": "Son 6 ayın maaş bordroları",
            "uk": "Розрахункові листки за останні 6 місяців",
        },
        {
            "de": "wenn Sie arbeiten",
            "en": "if you work",
            "ar": "إذا كنت تعمل",
            "tr": "çalışıyorsanız",
            "uk": "якщо ви працюєте",
        },
    ),
)


def _phrase(texts: Mapping[str, str], locale: str) -> Phrase:
    if not texts:
        return Phrase("")
    return Phrase(texts["de"], "" if locale == "de" else texts.get(locale, ""))


def build_sample_office() -> OfficeBlock:
    """Build the invented office."""
    return OfficeBlock(
        name="Ausländerbehörde Musterstadt",
        unit="Team Aufenthalt",
        street="Rathausplatz 1",
        postcode="12345",
        town="Musterstadt",
        base_url="https://termine.musterstadt.example",
        phone="01234 567-0",
        email="auslaenderbehoerde@musterstadt.example",
        openings=(
            Opening((1, 2, 4), time(8), time(12)),
            Opening((4,), time(14), time(18)),
        ),
    )


def build_sample_frame(locale: str, issued_on: date) -> LetterFrame:
    """Build what every sample letter shares."""
    return LetterFrame(
        locale=locale,
        issued_on=issued_on,
        office=build_sample_office(),
        sender=Sender(
            team="Team Aufenthalt",
            name="Beispiel, B.",
            room="201",
            phone="01234 567-201",
            email="b.beispiel@musterstadt.example",
        ),
        recipient=_RECIPIENTS.get(locale, _RECIPIENTS["de"]),
        file_number="33.26.07-0000412",
    )


def _invitation(locale: str, issued_on: date) -> LetterContext:
    ends_on = issued_on + timedelta(days=92)
    return InvitationLetter(
        frame=build_sample_frame(locale, issued_on),
        concern=_phrase(_CONCERN, locale),
        title_form=TitleForm.RESIDENCE_TITLE,
        ends_on=ends_on,
        apply_by_on=ends_on - timedelta(days=56),
        papers=tuple(
            Paper(_phrase(name, locale), form, _phrase(condition, locale))
            for form, name, condition in _PAPERS
        ),
        has_continuation_effect=True,
    )


def _expired(locale: str, issued_on: date) -> LetterContext:
    return ExpiredLetter(
        frame=build_sample_frame(locale, issued_on),
        concern=_phrase(_CONCERN, locale),
        title_form=TitleForm.RESIDENCE_TITLE,
        ended_on=issued_on - timedelta(days=12),
    )


def _new_code(locale: str, issued_on: date) -> LetterContext:
    return NewCodeLetter(frame=build_sample_frame(locale, issued_on))


def _receipt(locale: str, issued_on: date) -> LetterContext:
    received = datetime.combine(issued_on - timedelta(days=1), time(21, 47, 13), tzinfo=UTC)
    return ApplicationReceipt(
        frame=build_sample_frame(locale, issued_on),
        concern=_phrase(_CONCERN, locale),
        title_form=TitleForm.RESIDENCE_TITLE,
        ends_on=issued_on + timedelta(days=20),
        received_at=received,
        channel=ReceiptChannel.WEB,
        has_continuation_effect=True,
    )


_BUILDERS: Mapping[str, Callable[[str, date], LetterContext]] = {
    InvitationLetter.KIND: _invitation,
    ExpiredLetter.KIND: _expired,
    NewCodeLetter.KIND: _new_code,
    ApplicationReceipt.KIND: _receipt,
}

#: Kinds that can be previewed.
SAMPLE_KINDS: tuple[str, ...] = tuple(_BUILDERS)


def build_sample(kind: str, locale: str, issued_on: date) -> LetterContext:
    """Build an invented letter of a kind; raises KeyError for an unknown one."""
    return _BUILDERS[kind](locale, issued_on)


def build_child_recipient() -> Recipient:
    """Build a recipient under 18 whose parents get the letter."""
    return Recipient(
        "Musterović", "Luka", "Lindenweg 4 a", "12345", "Musterstadt", addressed_as=AddressedAs.PARENTS
    )
