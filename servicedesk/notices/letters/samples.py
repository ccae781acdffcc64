"""Invented letters to look at: for the preview command and for tests. Nobody in them exists."""

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, time, timedelta
from functools import partial

from servicedesk.kernel.locales import translations
from servicedesk.notices.contexts import (
    AddressedAs,
    ApplicationReceipt,
    ChangedContact,
    ConfirmedFacts,
    ContactChangedLetter,
    EndCause,
    ExpiredLetter,
    InterimConfirmationLetter,
    InterimEndedLetter,
    InterimSheet,
    InvitationLetter,
    LetterContext,
    LetterFrame,
    LetterSecrets,
    NewCodeLetter,
    NewsTime,
    OfficeBlock,
    Opening,
    Paper,
    PaperForm,
    Phrase,
    QuestionAnsweredLetter,
    ReceiptChannel,
    Recipient,
    Sender,
    SheetKind,
    SlotNews,
    SlotNewsLetter,
    TitleForm,
)
from servicedesk.notices.letters.checking_samples import KINDS as CHECKING_KINDS
from servicedesk.notices.letters.checking_samples import build_checking_samples

SAMPLE_SECRETS = LetterSecrets(access_code="7K3M-9QXT-2VBH-4RW8", phone_pin="483926")

SAMPLE_LAW = "§ 81 Abs. 4 Satz 1 AufenthG"
SAMPLE_LAW_TEXT = (
    "Beantragt ein Ausländer vor Ablauf seines Aufenthaltstitels dessen Verlängerung oder die Erteilung eines "
    "anderen Aufenthaltstitels, gilt der bisherige Aufenthaltstitel vom Zeitpunkt seines Ablaufs bis zur "
    "Entscheidung der Ausländerbehörde als fortbestehend."
)
SAMPLE_SEAL = (
    "SD1:QX49KW:KNBHC8SQE:WO0/D5$CYJC:AD-2N6VCY347%E7WE4LE3WELVCIE4TE4 M9EY9YCA:SA0+A3Q5-C9CECOCCA%O"
    "04EB%O9$CVGD04HTZ9 QE5$CIE4NE4-/6B46Z$5OA7/$63Q5CL6 $5A%6D463W5646A46*96IE4*E4*$E1$CAWEAECLWE5$"
    "CPVDZ$E5/D.OETLF ZDYOA$$E.ED%ZD3Q5GRO634H*6M343KCI$5L96HC8N.CG/DA8DIE4OE48469%6%965W5CW63Q5NF6T"
    "F64W5346-96IE4+E46$CNPC:WO%.CSED2%EU1D%JC.OETLF634+Q6M34WKE- CLWE3WE93DN446VCBJEVF6Z36 8DQVDDZC"
    "EC8YJC-ED QE5ECDZCYEDV346ECBJEVQEE4FDZCHC8PSEV N2%EU1D QE$$E1$CBWEJQE+8DBJE:+9YJCG/D:WOBWEF3D- "
    "CSUE5$CPVDZ$E.UEIE4OE48469%6%965W5+K63Q5NF6UF63W5KF6QF6MF4:LSS1E3V:6IQI1TE1CU5:Q/%B%RJQCNI4C9K4"
    "R0QPB61093OO0BM8C5HZ02VO$/K9E99+O$ROC NTHC/%V3V4KHB$41SFCY$B"
)
"""A seal of the usual length by a key that no office has published: checking it finds an unknown key."""

_CONDITION = "Beschäftigung bis zu 140 Arbeitstage oder 280 halbe Arbeitstage im Jahr sowie Ausübung studentischer Nebentätigkeit erlaubt."

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


def _say(locale: str, text: str) -> Phrase:
    """Return a text of the catalogue as the product itself has it translated."""
    translated = "" if locale == "de" else str(translations(locale).gettext(text))
    return Phrase(text, "" if translated == text else translated)


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


def _contact_changed(locale: str, issued_on: date) -> LetterContext:
    return ContactChangedLetter(
        frame=build_sample_frame(locale, issued_on),
        changed=ChangedContact.ADDRESS,
        changed_at=datetime.combine(issued_on, time(8, 15), tzinfo=UTC),
    )


def _slot_news(locale: str, issued_on: date) -> LetterContext:
    first = datetime.combine(issued_on + timedelta(days=14), time(8, 30), tzinfo=UTC)
    return SlotNewsLetter(
        frame=build_sample_frame(locale, issued_on),
        news=SlotNews.OFFERED,
        times=tuple(NewsTime(first + timedelta(days=day), "Zimmer 201") for day in (0, 1, 5)),
        answer_by=first - timedelta(days=7),
    )


def _confirmation(locale: str, issued_on: date) -> LetterContext:
    frame = build_sample_frame(locale, issued_on)
    return InterimConfirmationLetter(
        frame=frame,
        facts=ConfirmedFacts(
            office=frame.office.name,
            status_code="7K3M9QXT2V",
            name=frame.recipient.full_name,
            birth_date="17.05.1996",
            file_number=frame.file_number,
            title=_CONCERN["de"],
            legal_basis="§ 16b Abs. 1 AufenthG",
            title_ends_on=issued_on + timedelta(days=2),
            received_on=issued_on - timedelta(days=40),
            employment_condition=_CONDITION,
            issued_on=issued_on,
            check_again_on=issued_on + timedelta(days=92),
        ),
        token=SAMPLE_SEAL,
        law=SAMPLE_LAW,
        law_text=SAMPLE_LAW_TEXT,
    )


def _ended(locale: str, issued_on: date) -> LetterContext:
    return InterimEndedLetter(
        frame=build_sample_frame(locale, issued_on),
        cause=EndCause.DECIDED,
        was_issued_on=issued_on - timedelta(days=34),
        ended_on=issued_on,
    )


def _said(text: str, locale: str) -> Phrase:
    translated = str(translations(locale).gettext(text))
    return Phrase(text, "" if translated == text else translated)


def _answered(locale: str, issued_on: date) -> LetterContext:
    return QuestionAnsweredLetter(
        frame=build_sample_frame(locale, issued_on),
        asked_at=datetime.combine(issued_on - timedelta(days=2), time(19, 40), tzinfo=UTC),
        sentences=(_said("Ihre Unterlage ist angekommen. Wir prüfen sie.", locale),),
        text="Die Kopie war gut zu lesen.\nBringen Sie zum Termin bitte das Original mit.",
        text_lang="de",
        text_dir="ltr",
        text_name="Deutsch",
    )


_BUILDERS: Mapping[str, Callable[[str, date], LetterContext]] = {
    InvitationLetter.KIND: _invitation,
    ExpiredLetter.KIND: _expired,
    NewCodeLetter.KIND: _new_code,
    ApplicationReceipt.KIND: _receipt,
    ContactChangedLetter.KIND: _contact_changed,
    InterimConfirmationLetter.KIND: _confirmation,
    InterimEndedLetter.KIND: _ended,
    SlotNewsLetter.KIND: _slot_news,
    QuestionAnsweredLetter.KIND: _answered,
}

#: Kinds that can be previewed: letters, and information sheets, which name nobody.
SAMPLE_KINDS: tuple[str, ...] = (*_BUILDERS, *CHECKING_KINDS)
SHEET_KINDS: tuple[str, ...] = tuple(kind.value for kind in SheetKind)


def build_sample(kind: str, locale: str, issued_on: date) -> LetterContext:
    """Build an invented letter of a kind; raises KeyError for an unknown one."""
    if kind in CHECKING_KINDS:
        frame = build_sample_frame(locale, issued_on)
        return build_checking_samples(frame, partial(_say, locale), issued_on)[kind]()
    return _BUILDERS[kind](locale, issued_on)


def build_sample_sheet(kind: str, locale: str) -> InterimSheet:
    """Build an information sheet of the invented office; raises ValueError for an unknown kind."""
    return InterimSheet(
        kind=SheetKind(kind),
        locale=locale,
        office=build_sample_office(),
        law=SAMPLE_LAW,
        law_text=SAMPLE_LAW_TEXT,
    )


def build_child_recipient() -> Recipient:
    """Build a recipient under 18 whose parents get the letter."""
    return Recipient(
        "Musterović", "Luka", "Lindenweg 4 a", "12345", "Musterstadt", addressed_as=AddressedAs.PARENTS
    )
