//! The options of a directive, taken one by one; what is left over is a slip.

use serde_json::Map;
use serde_json::Value;

use crate::diagnostics::Place;
use crate::diagnostics::Problem;
use crate::diagnostics::Problems;
use crate::diagnostics::suggest;
use crate::options;
use crate::options::Places;
use crate::scan::Directive;
use crate::scan::Keyword;
use crate::source::Locate;

/// Options as they are given, with the problems that reading them shows.
pub(super) struct Given<'a> {
    keyword: Keyword,
    map: Map<String, Value>,
    known: Vec<&'static str>,
    places: Places<'a>,
    problems: &'a mut Problems,
    sound: bool,
}

impl<'a> Given<'a> {
    /// Reads the options of a directive; nothing, and a problem, where they are no YAML mapping.
    pub(super) fn read(
        directive: &'a Directive,
        locate: &'a dyn Locate,
        problems: &'a mut Problems,
    ) -> Option<Self> {
        let map = options::given(directive, locate, problems)?;
        let places = Places::new(directive, locate);
        let keyword = directive.keyword;
        Some(Self { keyword, map, known: Vec::new(), places, problems, sound: true })
    }

    /// An option that is text.
    pub(super) fn text(&mut self, key: &'static str) -> Option<String> {
        match self.take(key)? {
            Value::String(text) => Some(text),
            other => {
                self.wrong(key, &other, "text", &format!("write it in quotes: {key}: \"…\""));
                None
            }
        }
    }

    /// An option that is one of some words.
    pub(super) fn word<T: Copy>(&mut self, key: &'static str, words: &[(&str, T)]) -> Option<T> {
        let text = self.text(key)?;
        let found = words.iter().find(|(word, _)| *word == text);
        if found.is_none() {
            let place = self.places.value(&[key]);
            let message = format!("`{key}` cannot be `{text}`");
            self.fault(place, message, suggest(&text, words.iter().map(|(word, _)| *word)));
        }
        found.map(|(_, value)| *value)
    }

    /// An option that is true or false; false where it is not given.
    pub(super) fn flag(&mut self, key: &'static str) -> Option<bool> {
        match self.take(key)? {
            Value::Bool(flag) => Some(flag),
            other => {
                self.wrong(key, &other, "true or false", &format!("write {key}: true"));
                None
            }
        }
    }

    /// An option that is a whole number from 1 to `most`.
    pub(super) fn count(&mut self, key: &'static str, most: u8) -> Option<u8> {
        let value = self.take(key)?;
        let count = value.as_u64().and_then(|count| u8::try_from(count).ok());
        let found = count.filter(|count| (1..=most).contains(count));
        if found.is_none() {
            let must = format!("a whole number from 1 to {most}");
            self.wrong(key, &value, &must, &format!("write {key}: 3"));
        }
        found
    }

    /// An option that is a mapping of names to numbers.
    pub(super) fn numbers(&mut self, key: &'static str) -> Vec<(String, f64)> {
        let hint = format!("write {key}: {{n: 1000}}");
        match self.take(key) {
            None => Vec::new(),
            Some(Value::Object(map)) => {
                let mut numbers = Vec::new();
                for (name, value) in map {
                    match value.as_f64() {
                        Some(number) => numbers.push((name, number)),
                        None => {
                            let place = self.places.value(&[key, &name]);
                            let message = format!("`{name}` is {value}, but must be a number");
                            self.fault(place, message, hint.clone());
                        }
                    }
                }
                numbers
            }
            Some(other) => {
                self.wrong(key, &other, "a mapping of names to numbers", &hint);
                Vec::new()
            }
        }
    }

    /// Whether an option is given and was not taken yet.
    pub(super) fn has(&self, key: &str) -> bool {
        self.map.contains_key(key)
    }

    /// Where an option stands.
    pub(super) fn place(&self, key: &str) -> Place {
        self.places.key(&[key])
    }

    /// Something is wrong.
    pub(super) fn fault(
        &mut self,
        place: Place,
        message: impl Into<String>,
        hint: impl Into<String>,
    ) {
        self.sound = false;
        self.problems.push(Problem::error(Some(place), message, hint));
    }

    /// Complains of options that nobody took; whether all was well.
    pub(super) fn finish(mut self) -> bool {
        for (key, _) in std::mem::take(&mut self.map) {
            let place = self.places.key(&[&key]);
            let message = format!("`[[{}]]` has no option `{key}`", self.keyword);
            let hint = suggest(&key, self.known.iter().copied());
            self.fault(place, message, hint);
        }
        self.sound
    }

    fn take(&mut self, key: &'static str) -> Option<Value> {
        self.known.push(key);
        self.map.remove(key)
    }

    fn wrong(&mut self, key: &str, value: &Value, must: &str, hint: &str) {
        let place = self.places.value(&[key]);
        self.fault(place, format!("`{key}` is {value}, but must be {must}"), hint);
    }
}
