"""Pictures that a phone's camera reads as a link."""

from __future__ import annotations

from io import BytesIO

_SCALE = 12  # pixels a module: sharp when a messenger has made the picture smaller
_BORDER = 4  # modules of white around it, as the standard asks


def qr_png(link: str) -> bytes:
    """A link as a PNG."""
    return _drawn(link, "png", scale=_SCALE)


def qr_svg(link: str) -> bytes:
    """A link as an SVG, sharp at any size: for paper."""
    return _drawn(link, "svg", svgns=True, xmldecl=False)


def _drawn(link: str, kind: str, **options: object) -> bytes:
    import segno

    out = BytesIO()
    # A corner of a poster may be torn or dirty: a quarter of the picture can be missing.
    segno.make(link, error="q", micro=False).save(out, kind=kind, border=_BORDER, **options)
    return out.getvalue()
