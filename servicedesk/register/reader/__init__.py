"""Read expiry lists as offices export them: any western encoding, any delimiter, quoted or not, or a workbook."""

from servicedesk.register.reader.encoding import Encoding, detect_encoding
from servicedesk.register.reader.mapping import Layout, Mapping, built_in_mappings, load_mapping, match_header
from servicedesk.register.reader.records import Look, Record
from servicedesk.register.reader.source import ExpiryList, open_list

__all__ = [
    "Encoding",
    "ExpiryList",
    "Layout",
    "Look",
    "Mapping",
    "Record",
    "built_in_mappings",
    "detect_encoding",
    "load_mapping",
    "match_header",
    "open_list",
]
