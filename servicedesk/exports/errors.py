"""Name the refusals of exports; the sentences are what people read."""

from servicedesk.kernel.errors import NotFound, Refusal


class CursorUnknown(Refusal):
    """Refuse a cursor that no export has given out and that is not the beginning."""

    code = "cursor_unknown"
    message = "Diesen Stand gibt es nicht. Beginnen Sie mit 0, oder nehmen Sie „next_since“ aus dem letzten Manifest."


class ExportNotFound(NotFound):
    """Refuse an export that does not exist in this office."""

    code = "export_not_found"
    message = "Diesen Export haben wir nicht gefunden."


class FolderTaken(Refusal):
    """Refuse to write into a folder that holds another export; `folder` names it."""

    code = "folder_taken"
    message = "In %(folder)s liegt schon ein anderer Export. Nehmen Sie einen leeren Ordner."
