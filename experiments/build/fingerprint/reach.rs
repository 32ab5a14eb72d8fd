//! What an experiment reaches: items of its own files, whole files elsewhere.

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use super::Refusal;
use super::graph::Graph;
use super::graph::Lead;
use super::graph::Node;
use super::graph::Root;
use super::graph::Trigger;
use super::tree::FileId;

/// Every source of an experiment with its hash.
///
/// # Errors
/// When it reaches the table of fingerprints, which no fingerprint can cover.
pub(super) fn sources(
    graph: &Graph<'_>,
    root: &Root,
) -> Result<BTreeMap<String, blake3::Hash>, Refusal> {
    let reach = Reach::from(graph, root);
    let name = |file: FileId| graph.tree.files[file].name.as_str();
    if reach.whole.iter().any(|&file| name(file) == "fingerprint.rs") {
        let message = format!("the experiment `{}` reaches the table of fingerprints", root.id);
        let hint = "it names, perhaps through a `mod.rs` or `entry.rs`, more than apparatus: \
                    move what it needs into `lab`";
        return Err(Refusal::new(name(root.file), root.span, message, hint));
    }
    let mut sources = BTreeMap::new();
    for (file, node) in reach.all() {
        sources.insert(format!("{}::{}", name(file), node.name), node.digest);
        for path in &node.data {
            let (name, digest) = &graph.data[path];
            sources.insert(name.clone(), *digest);
        }
    }
    Ok(sources)
}

/// The growing set of what an experiment reaches.
struct Reach<'a> {
    graph: &'a Graph<'a>,
    /// The experiment's own files: its file and those of its child modules. They enter item by item.
    own: BTreeSet<FileId>,
    /// Items of own files.
    nodes: BTreeSet<(FileId, usize)>,
    /// Identifiers that count as mentioned in each own file.
    names: BTreeMap<FileId, BTreeSet<String>>,
    /// Files that are reached as a whole.
    whole: BTreeSet<FileId>,
}

impl<'a> Reach<'a> {
    fn from(graph: &'a Graph<'a>, root: &Root) -> Self {
        let own: BTreeSet<FileId> =
            graph.tree.beneath(graph.tree.files[root.file].module).into_iter().collect();
        let mut reach = Self {
            graph,
            names: own.iter().map(|&file| (file, BTreeSet::new())).collect(),
            own,
            nodes: BTreeSet::from([(root.file, root.node)]),
            whole: BTreeSet::new(),
        };
        while reach.grow() {}
        reach
    }

    /// One round; false when nothing new was reached.
    fn grow(&mut self) -> bool {
        let before = self.size();
        for (file, node) in self.nodes.clone() {
            let node = &self.graph.nodes[file][node];
            self.names.entry(file).or_default().extend(node.names.iter().cloned());
            self.follow(node);
        }
        for file in self.whole.clone() {
            for node in &self.graph.nodes[file] {
                self.follow(node);
            }
        }
        let found: Vec<(FileId, usize)> = self
            .own
            .iter()
            .flat_map(|&file| (0..self.graph.nodes[file].len()).map(move |node| (file, node)))
            .filter(|&(file, node)| self.is_triggered(file, node))
            .collect();
        self.nodes.extend(found);
        before != self.size()
    }

    fn size(&self) -> (usize, usize, usize) {
        (self.nodes.len(), self.names.values().map(BTreeSet::len).sum(), self.whole.len())
    }

    fn follow(&mut self, node: &Node) {
        for lead in &node.leads {
            match lead {
                Lead::Item(file, name) if self.own.contains(file) => {
                    self.names.entry(*file).or_default().insert(name.clone());
                }
                Lead::Item(file, _) | Lead::File(file) => {
                    self.whole.insert(*file);
                }
            }
        }
    }

    fn is_triggered(&self, file: FileId, node: usize) -> bool {
        let names = &self.names[&file];
        self.whole.contains(&file)
            || match &self.graph.nodes[file][node].trigger {
                Trigger::Always => !names.is_empty(),
                Trigger::Names(triggers) => !triggers.is_disjoint(names),
                Trigger::Looks(triggers) => {
                    let files = &self.graph.tree.files;
                    self.whole.iter().any(|&file| files[file].name == "exhibit.rs")
                        || self.names.values().any(|names| !triggers.is_disjoint(names))
                }
            }
    }

    /// Everything that was reached, with its file.
    fn all(&self) -> impl Iterator<Item = (FileId, &'a Node)> {
        let graph = self.graph;
        let whole = self.whole.iter().filter(|file| !self.own.contains(file));
        let entered = self.nodes.iter().map(move |&(file, node)| (file, &graph.nodes[file][node]));
        entered.chain(
            whole.flat_map(move |&file| graph.nodes[file].iter().map(move |node| (file, node))),
        )
    }
}
