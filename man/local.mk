# Man pages, mdoc.
