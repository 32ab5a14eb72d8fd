//! Labels on lines of a given width.

use super::Level;
use super::clean;
use super::ems;
use super::math;
use super::math::Class;
use super::math::Node;
use super::math::Style;
use super::run_width;
use super::segments;
use super::set;
use super::shifted;
use super::width;

/// The words of a label, which are what stands between spaces outside of math.
fn words(label: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    for (text, math) in segments(label) {
        if math {
            if let Some(word) = words.last_mut() {
                *word = format!("{word}${text}$");
            }
            continue;
        }
        for (part, at) in text.split(' ').zip(0..) {
            match words.last_mut() {
                Some(word) if at == 0 => word.push_str(part),
                _ => words.push(part.into()),
            }
        }
    }
    words.retain(|word| !word.is_empty());
    words
}

/// A text on lines of at most this width, and at most so many lines; what is left over is cut
/// with an ellipsis. An empty text has no lines. Lines keep their markup.
#[must_use]
pub(in crate::render::figure) fn wrap(
    text: &str,
    size: f64,
    room: f64,
    most: usize,
) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in words(&clean(text)) {
        let enough = lines.len() > most;
        match lines.last_mut() {
            Some(line) if width(line, size) + width(&word, size) + 0.4 * size <= room => {
                line.push(' ');
                line.push_str(&word);
            }
            // What comes after is cut off anyway.
            _ if enough => break,
            _ => lines.push(word),
        }
    }
    let left_over = lines.len() > most;
    lines.truncate(most);
    let last = lines.len().saturating_sub(1);
    for (at, line) in lines.iter_mut().enumerate() {
        let cut = left_over && at == last;
        if cut || width(line, size) > room {
            *line = shorten(line, size, room);
        }
    }
    lines
}

/// A line cut to a width, with an ellipsis at its end.
fn shorten(line: &str, size: f64, room: f64) -> String {
    let mut taken = size;
    let mut kept = String::new();
    for (text, math) in segments(line) {
        let elements = if math { math::parse(&text).elements } else { characters(&text) };
        let mut part = String::new();
        let mut whole = true;
        for (written, nodes) in elements {
            let mut runs = Vec::new();
            set(&nodes, Level::default(), &mut runs);
            let mut own = runs.iter().map(run_width).sum::<f64>();
            if math
                && nodes.iter().any(|node| matches!(node, Node::Sign(_, _, class) if wide(*class)))
            {
                own += 2.0 * ems(' ');
            }
            taken += own * size;
            if taken > room {
                whole = false;
                break;
            }
            part.push_str(&written);
        }
        let part = if math { part.trim_end().trim_end_matches('\\') } else { &part };
        match math && !part.is_empty() {
            true => kept.extend(["$", part, "$"]),
            false => kept.push_str(part),
        }
        if !whole {
            break;
        }
    }
    // What was cut through may read as something wider than its parts, such as a `^` that lost its `\\`.
    while !kept.is_empty() && width(&format!("{kept}…"), size) > room {
        kept.pop();
    }
    kept.push('…');
    kept
}

/// Whether there may be room around signs of a class.
fn wide(class: Class) -> bool {
    !matches!(class, Class::Letter | Class::Ordinary | Class::Open | Class::Close)
}

/// Plain text as elements, one for each character.
fn characters(text: &str) -> Vec<(String, Vec<Node>)> {
    let sign = |text: String| vec![Node::Sign(text, Style::Upright, Class::Ordinary)];
    let mut elements = Vec::new();
    let mut rest = text.chars().peekable();
    while let Some(character) = rest.next() {
        if character == '\\' && rest.next_if_eq(&'$').is_some() {
            elements.push(("\\$".into(), sign("$".into())));
            continue;
        }
        let nodes = match shifted(character) {
            Some((plain, raised)) => {
                vec![Node::Script { raised, body: sign(plain.to_string()) }]
            }
            None => sign(character.to_string()),
        };
        elements.push((character.to_string(), nodes));
    }
    elements
}
