//! The fonts of PNG and PDF: ours and what the caller names, never those of the machine.

use std::path::Path;
use std::sync::Arc;

use resvg::usvg::fontdb::Database;
use resvg::usvg::fontdb::Source;

use super::Fault;

/// DejaVu Sans, after whose widths figures are laid out (`render::figure::text`), in the subset that
/// `fonts/README.md` describes.
const SHIPPED: [&[u8]; 3] = [
    include_bytes!("../../fonts/DejaVuSans.ttf"),
    include_bytes!("../../fonts/DejaVuSans-Bold.ttf"),
    include_bytes!("../../fonts/DejaVuSans-Oblique.ttf"),
];

/// The family of the shipped fonts.
pub const FAMILY: &str = "DejaVu Sans";

/// A set of fonts.
#[derive(Clone, Debug)]
pub struct Fonts {
    pub(super) database: Arc<Database>,
    family: String,
}

impl Fonts {
    /// The shipped fonts.
    #[must_use]
    pub fn shipped() -> Self {
        let mut database = Database::new();
        for font in SHIPPED {
            database.load_font_source(Source::Binary(Arc::new(font)));
        }
        Self::over(database, FAMILY.into())
    }

    /// The font in a file, and the shipped ones for the characters that it lacks.
    ///
    /// # Errors
    /// When the file cannot be read, or is no font.
    pub fn with_file(path: &Path) -> Result<Self, Fault> {
        let name = path.display().to_string();
        let bytes = std::fs::read(path).map_err(|error| Fault::File(name.clone(), error))?;
        let mut database = Database::clone(&Self::shipped().database);
        let loaded = database.load_font_source(Source::Binary(Arc::new(bytes)));
        let family = loaded
            .first()
            .and_then(|id| database.face(*id))
            .and_then(|face| face.families.first())
            .map(|(family, _)| family.clone());
        Ok(Self::over(database, family.ok_or(Fault::NoFont(name))?))
    }

    /// The family that text is set in.
    #[must_use]
    pub fn family(&self) -> &str {
        &self.family
    }

    fn over(mut database: Database, family: String) -> Self {
        database.set_serif_family(&family);
        database.set_sans_serif_family(&family);
        database.set_monospace_family(&family);
        Self { database: Arc::new(database), family }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shipped_fonts_are_one_family_in_three_styles() {
        let fonts = Fonts::shipped();
        let names: Vec<&str> =
            fonts.database.faces().map(|face| face.post_script_name.as_str()).collect();
        assert_eq!(names, ["DejaVuSans", "DejaVuSans-Bold", "DejaVuSans-Oblique"]);
        assert!(fonts.database.faces().all(|face| face.families[0].0 == FAMILY));
    }

    #[test]
    fn the_shipped_fonts_hold_what_figures_say() {
        let fonts = Fonts::shipped();
        for face in fonts.database.faces() {
            let missing = fonts.database.with_face_data(face.id, |data, index| {
                let face = ttf_parser::Face::parse(data, index).unwrap();
                let text = "aZ09 äéßŁž αβγδεηθκλμρστφχψωΓΔΘΛΣΦΨΩ ⁰¹²³⁴⁵⁶⁷⁸⁹⁻₀₁₂₉ₙ ←↑→↓↔⇒ \
                            −×·±≈≤≥≠∞∂∇∑∏√∫∈∉⊂∪∩∝‖⟨⟩⌊⌋ ℓℝℕ⊤⊥ ■□▲△▼◆●○★✓✗ ′″…–—“”‘’ \u{302}\u{303}\u{304}";
                let missing = |c: &char| !c.is_whitespace() && face.glyph_index(*c).is_none();
                text.chars().filter(missing).collect::<String>()
            });
            assert_eq!(missing.as_deref(), Some(""), "{}", face.post_script_name);
        }
    }

    #[test]
    fn a_file_that_is_no_font_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.ttf");
        let error = |path: &Path| Fonts::with_file(path).unwrap_err().to_string();
        assert!(error(&path).contains("cannot be read"));
        std::fs::write(&path, "no font").unwrap();
        assert!(error(&path).contains("a.ttf` is no TrueType"));
        std::fs::write(&path, SHIPPED[1]).unwrap();
        assert_eq!(Fonts::with_file(&path).unwrap().family(), FAMILY);
    }
}
