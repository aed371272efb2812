"""The appeal and who stands behind it in the words of schema.org, as JSON-LD."""

from collections.abc import Iterator

from django.conf import settings

from petition.publishing import history, records
from petition.publishing.exports.fields import address, as_json


def linked_data(slug: str) -> Iterator[str]:
    """An Article, and an EndorseAction for each line that is listed now. Raises NotPublished.

    `agent` is who endorses and `object` the text; schema.org's `endorsee` would be somebody who is supported.
    """
    appeal = records.appeal_record(slug, "en")
    head = {"@context": "https://schema.org", "@type": "Dataset", "license": settings.DATA_LICENCE}
    head |= {"@id": address("linked_data", slug), "dateModified": appeal.as_of.isoformat()}
    return as_json(head, "@graph", _graph(appeal))


def _graph(appeal: records.AppealRecord) -> Iterator[dict[str, object]]:
    article = address("appeal", appeal.slug)
    yield {
        "@type": "Article",
        "@id": article,
        "url": article,
        "headline": appeal.text.title,
        "inLanguage": appeal.text.language,
        "datePublished": appeal.issued_on.isoformat(),
        "author": {"@type": "Organization", "name": appeal.issuer},
    }
    for line in history.every_line(appeal.slug):
        if line.label is None or line.listed_on is None:
            continue
        yield {
            "@type": "EndorseAction",
            "@id": address("signatory", appeal.slug, line.kind, line.number),
            "agent": {
                "@type": "Organization",
                "name": line.name,
                **({"alternateName": line.acronym} if line.acronym else {}),
            },
            "object": {"@id": article},
            "startTime": line.listed_on.isoformat(),
        }
