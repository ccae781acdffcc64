"""Join finished documents into one file for a printer, with the tags of each."""

from collections.abc import Iterable
from io import BytesIO

import pikepdf
from pikepdf import Array, Dictionary, Name, OutlineItem, Pdf


def join_pdfs(documents: Iterable[bytes], *, title: str) -> tuple[bytes, int]:
    """Return one German-titled file with the pages of all documents in their order, and how many they are.

    Tags and reading order of the single documents go along (PDF/UA-1), and each becomes a bookmark under its title.
    """
    with pikepdf.new() as joined:
        tags, numbers = Array(), Array()
        with joined.open_outline() as outline:
            for document in documents:
                with pikepdf.open(BytesIO(document)) as opened:
                    outline.root.append(
                        OutlineItem(str(opened.docinfo.get("/Title", title)), len(joined.pages))
                    )
                    _take_over(joined, opened, tags, numbers)
        _describe(joined, title, tags, numbers)
        pages = len(joined.pages)
        file = BytesIO()
        joined.save(file, object_stream_mode=pikepdf.ObjectStreamMode.generate)
    return file.getvalue(), pages


def _take_over(joined: Pdf, opened: Pdf, tags: Array, numbers: Array) -> None:
    """Append pages, and what their content means; a page's number in the tree of tags moves behind those before it."""
    tree = opened.Root.get("/StructTreeRoot")
    if tree is None:
        joined.pages.extend(opened.pages)
        return
    first, found = len(numbers) // 2, tree.ParentTree.Nums
    places = {int(found[at]): first + at // 2 for at in range(0, len(found), 2)}
    for page in opened.pages:
        for owner, key in (
            (page.obj, "/StructParents"),
            *((note, "/StructParent") for note in page.obj.get("/Annots", ())),
        ):
            if key in owner:
                owner[key] = places[int(owner[key])]
    joined.pages.extend(opened.pages)
    # Pages first: what tags say of a page finds its copy, and no second one is made.
    copied = joined.copy_foreign(opened.make_indirect(tree))
    for element in copied.K if isinstance(copied.K, Array) else (copied.K,):
        tags.append(element)
    for at in range(0, len(found), 2):
        numbers.append(places[int(found[at])])
        numbers.append(copied.ParentTree.Nums[at + 1])


def _describe(joined: Pdf, title: str, tags: Array, numbers: Array) -> None:
    root = joined.Root
    root.Lang = "de"
    root.ViewerPreferences = Dictionary(DisplayDocTitle=True)
    if len(tags):
        root.MarkInfo = Dictionary(Marked=True)
        parents = joined.make_indirect(Dictionary(Nums=numbers))
        root.StructTreeRoot = joined.make_indirect(
            Dictionary(
                Type=Name.StructTreeRoot, K=tags, ParentTree=parents, ParentTreeNextKey=len(numbers) // 2
            )
        )
        for element in tags:
            element.P = root.StructTreeRoot
    with joined.open_metadata() as said:
        said["dc:title"] = title
        said["pdfuaid:part"] = "1"
