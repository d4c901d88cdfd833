"""One pure module a chart: rows in, a plain plotly dictionary out; neither dash nor database."""
