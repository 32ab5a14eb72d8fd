//! TeX to HTML with MathML, at build time.
