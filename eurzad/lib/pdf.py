"""HTML to tagged PDF."""


def html_to_pdf(html: str, *, identifier: str) -> bytes:
    """Render `html` as a tagged PDF (PDF/UA-1); the same `html` and `identifier` give the same bytes.

    Nothing is fetched: pictures and styles must be inside the document (`data:` URLs are read).
    """
    from weasyprint import HTML
    from weasyprint.urls import URLFetcher

    inside_only = URLFetcher(allowed_protocols=("data",))
    document = HTML(string=html, url_fetcher=inside_only)
    result: bytes = document.write_pdf(pdf_variant="pdf/ua-1", pdf_identifier=identifier.encode())
    return result
