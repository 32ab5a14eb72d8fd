//! Draws a figure as SVG.
