//! Finds directives, math and code toggles in a lesson.
