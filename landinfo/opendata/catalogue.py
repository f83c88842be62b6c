"""What an export holds, as a DCAT-AP catalogue in JSON-LD. Simulated data say so in title and description."""

from __future__ import annotations

from landinfo.frame import CRS84
from landinfo.plain import Plain, Text
from landinfo.texts import Texts, say

_MEDIA = {
    "gpkg": "application/geopackage+sqlite3",
    "parquet": "application/vnd.apache.parquet",
    "csv": "text/csv",
    "pmtiles": "application/vnd.pmtiles",
}
_IANA = "https://www.iana.org/assignments/media-types/"
_CONTEXT = {
    "dcat": "http://www.w3.org/ns/dcat#",
    "dct": "http://purl.org/dc/terms/",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "spdx": "http://spdx.org/rdf/terms#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}
_PUBLIC = "http://publications.europa.eu/resource/authority/access-right/PUBLIC"


def catalogue(told: Plain, address: str, texts: Texts) -> Plain:
    """The catalogue of a manifest; ``address`` is the service's own, without a slash at its end."""
    simulated = any(e["simulated"] for e in told["editions"])
    publisher = {"@id": f"{address}/#publisher", "@type": "foaf:Agent", "foaf:name": _said(_text("page-brand", texts))}
    return {
        "@context": _CONTEXT,
        "@id": f"{address}/api/catalog",
        "@type": "dcat:Catalog",
        "dct:title": _said(_text("export-title", texts, store=told["title"])),
        "dct:description": _said(_text("export-simulated" if simulated else "export-lead", texts)),
        "dct:publisher": publisher,
        "dct:modified": {"@type": "xsd:date", "@value": told["day"]},
        "dct:language": ["vi", "en"],
        "foaf:homepage": {"@id": f"{address}/"},
        "dcat:dataset": [_dataset(e, told["day"], address, texts) for e in told["editions"]],
    }


def _dataset(edition: Plain, day: str, address: str, texts: Texts) -> Plain:
    layer = edition["label"] or _text(f"page-layer-{edition['layer']}", texts)
    document = edition["document_title"] or {"vi": edition["document"], "en": edition["document"]}
    words = {"layer": layer, "territory": edition["territory"], "first": edition["effective_from"]}
    kind = "export-dataset-simulated" if edition["simulated"] else "export-dataset"
    about = _text(f"{kind}-about", texts, document=document, source=edition["source"], rows=edition["rows"])
    period = {"@type": "dct:PeriodOfTime", "dcat:startDate": _day(edition["effective_from"])}
    if edition["effective_to"]:
        period["dcat:endDate"] = _day(edition["effective_to"])
    return {
        "@id": f"{address}/api/catalog#{edition['id']}",
        "@type": "dcat:Dataset",
        "dct:identifier": edition["id"],
        "dct:title": _said(_text(kind, texts, **words)),
        "dct:description": _said(about),
        "dct:issued": _day(edition["published"]),
        "dct:temporal": period,
        "dct:accessRights": {"@id": _PUBLIC},
        "dct:publisher": {"@id": f"{address}/#publisher"},
        "dct:conformsTo": {"@id": CRS84},
        "dcat:keyword": [edition["layer"], edition["territory"], *(["simulated"] if edition["simulated"] else [])],
        "dcat:distribution": [_distribution(file, day, address) for file in edition["files"]],
    }


def _distribution(file: Plain, day: str, address: str) -> Plain:
    link = f"{address}/open/{day}/{file['name']}"
    kind = file["name"].rpartition(".")[2]
    checksum = {
        "@type": "spdx:Checksum",
        "spdx:algorithm": {"@id": "spdx:checksumAlgorithm_sha256"},
        "spdx:checksumValue": {"@type": "xsd:hexBinary", "@value": file["sha256"]},
    }
    return {
        "@id": link,
        "@type": "dcat:Distribution",
        "dct:title": file["name"],
        "dcat:accessURL": {"@id": link},
        "dcat:downloadURL": {"@id": link},
        "dcat:mediaType": {"@id": _IANA + _MEDIA[kind]},
        "dcat:byteSize": {"@type": "xsd:nonNegativeInteger", "@value": str(file["bytes"])},
        "spdx:checksum": checksum,
    }


def _text(code: str, texts: Texts, **words: object) -> Text:
    return say(code, words, texts)


def _said(text: Text) -> list[Plain]:
    return [{"@language": lang, "@value": text[lang]} for lang in ("vi", "en")]


def _day(text: str) -> Plain:
    return {"@type": "xsd:date", "@value": text}
