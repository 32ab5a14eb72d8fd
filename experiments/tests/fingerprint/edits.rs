//! Edits at random places of the fixture.

use proptest::prelude::*;

use crate::digest;
use crate::fixture;
use crate::fixture::PEAK;

/// Ends of tokens, as byte offsets, where a space changes nothing. Those that stand for a
/// documentation comment have no places of their own.
fn boundaries(text: &str, stream: proc_macro2::TokenStream, ends: &mut Vec<usize>) {
    use proc_macro2::Spacing;
    use proc_macro2::TokenTree;
    for tree in stream {
        let is_comment = text[tree.span().byte_range().start..].starts_with("//");
        match tree {
            _ if is_comment => {}
            TokenTree::Group(group) => {
                ends.push(group.span_open().byte_range().end);
                boundaries(text, group.stream(), ends);
                ends.push(group.span_close().byte_range().end);
            }
            TokenTree::Punct(punct) if punct.spacing() == Spacing::Joint => {}
            tree => ends.push(tree.span().byte_range().end),
        }
    }
}

/// Places of the numeric literals.
fn literals(stream: proc_macro2::TokenStream, found: &mut Vec<std::ops::Range<usize>>) {
    for tree in stream {
        match tree {
            proc_macro2::TokenTree::Group(group) => literals(group.stream(), found),
            proc_macro2::TokenTree::Literal(literal)
                if literal.to_string().starts_with(|c: char| c.is_ascii_digit()) =>
            {
                found.push(literal.span().byte_range());
            }
            _ => {}
        }
    }
}

/// Fixture files that the experiment reaches as a whole, and its own up to its looks and tests.
const REACHED: [&str; 6] =
    [PEAK, "record.rs", "number.rs", "lab/random.rs", "lab/shape.rs", "catalog/part/valley.rs"];

fn source(file: &str) -> &'static str {
    fixture::files().into_iter().find(|(name, _)| *name == file).expect("it is there").1
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(64) })]

    #[test]
    fn whitespace_and_comments_between_tokens_change_nothing(
        file in prop::sample::select(REACHED.to_vec()),
        // A space first: behind a `/`, a comment would begin one character too early.
        inserts in prop::collection::vec(
            (any::<prop::sample::Index>(), prop::sample::select(vec![" ", "\n", " /* c */", " // 1.0 +\n"])),
            1..12,
        ),
    ) {
        let text = source(file);
        let mut ends = Vec::new();
        boundaries(text, text.parse().expect("the fixture is Rust"), &mut ends);
        let mut places: Vec<(usize, &str)> =
            inserts.iter().map(|(index, insert)| (*index.get(&ends), *insert)).collect();
        places.sort_unstable();
        let mut edited = text.to_owned();
        for (place, insert) in places.into_iter().rev() {
            edited.insert_str(place, insert);
        }
        prop_assert_eq!(digest("peak", &[(file, text, &edited)]), digest("peak", &[]));
    }

    #[test]
    fn every_number_in_reached_code_matters(
        file in prop::sample::select(REACHED.to_vec()),
        index in any::<prop::sample::Index>(),
    ) {
        let text = source(file);
        // Looks and tests stand at the end.
        let end = text.find("impl Exhibit").or(text.find("#[cfg(test)]")).unwrap_or(text.len());
        let mut found = Vec::new();
        literals(text[..end].parse().expect("the fixture is Rust"), &mut found);
        prop_assume!(!found.is_empty());
        let place = index.get(&found).clone();
        let mut edited = text.to_owned();
        edited.insert(place.start, '9');
        prop_assert_ne!(digest("peak", &[(file, text, &edited)]), digest("peak", &[]));
    }
}
