"""Name the refusals around files; the sentences are what people read."""

from servicedesk.kernel.errors import NotFound, Refusal


class UploadNotFound(NotFound):
    """Refuse a file that does not belong to the matter."""

    code = "upload_not_found"
    message = "Diese Datei haben wir nicht gefunden."


class PaperSettled(Refusal):
    """Refuse to change the files of a paper that somebody has checked."""

    code = "paper_settled"
    message = "Diese Unterlage haben wir schon geprüft. Sie können sie nicht mehr ändern."


class TooManyFiles(Refusal):
    """Refuse one more file; `number` is how many a case may have."""

    code = "too_many_files"
    message = "Mehr als %(number)s Dateien gehen hier nicht. Entfernen Sie Dateien, die Sie nicht brauchen, oder geben Sie die Unterlagen auf Papier ab."


class NoPaperChosen(Refusal):
    """Refuse to record papers without naming one."""

    code = "no_paper_chosen"
    message = "Wählen Sie mindestens eine Unterlage, die abgegeben wurde."
