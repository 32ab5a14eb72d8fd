//! Every item of the tree as a node: what it mentions, where its paths lead and what makes it count.

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::path::Component;
use std::path::Path;
use std::path::PathBuf;

use proc_macro2::Span;
use quote::ToTokens;
use syn::Expr;
use syn::ExprLit;
use syn::ImplItem;
use syn::Item;
use syn::ItemImpl;
use syn::ItemMod;
use syn::Lit;
use syn::TraitItem;
use syn::ext::IdentExt;

use super::Refusal;
use super::refuse::compact;
use super::refuse::segments;
use super::tokens;
use super::tokens::Mentions;
use super::tree::FileId;
use super::tree::Import;
use super::tree::Kind;
use super::tree::Module;
use super::tree::ModuleId;
use super::tree::Target;
use super::tree::Tree;

/// The smallest thing that enters a fingerprint or does not: an item, or a leaf of a `use`.
pub(super) struct Node {
    /// Within the file: `fn risk`.
    pub(super) name: String,
    pub(super) digest: blake3::Hash,
    pub(super) trigger: Trigger,
    /// Identifiers that occur in it.
    pub(super) names: BTreeSet<String>,
    /// Where its paths lead, perhaps to its own file.
    pub(super) leads: BTreeSet<Lead>,
    /// Files whose bytes it includes.
    pub(super) data: BTreeSet<PathBuf>,
}

/// Where a path leads.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Lead {
    /// To an item, or an inline module, of that name.
    Item(FileId, String),
    /// To all of a file.
    File(FileId),
}

/// When an item of an experiment's file counts as used.
pub(super) enum Trigger {
    /// When anything else of its file does.
    Always,
    /// When a reached item mentions one of these.
    Names(BTreeSet<String>),
    /// `impl Exhibit`: when something can call it. These are the names of the trait's items.
    Looks(BTreeSet<String>),
}

/// An `impl Experiment`.
pub(super) struct Root {
    pub(super) id: String,
    pub(super) file: FileId,
    pub(super) node: usize,
    pub(super) span: Span,
}

/// Everything known about all files.
pub(super) struct Graph<'a> {
    pub(super) tree: &'a Tree,
    pub(super) nodes: Vec<Vec<Node>>,
    /// Included files: their names and hashes.
    pub(super) data: BTreeMap<PathBuf, (String, blake3::Hash)>,
    pub(super) roots: Vec<Root>,
    pub(super) refusals: Vec<Refusal>,
}

impl<'a> Graph<'a> {
    pub(super) fn new(tree: &'a Tree) -> Self {
        let mut graph = Self {
            tree,
            nodes: Vec::new(),
            data: BTreeMap::new(),
            roots: Vec::new(),
            refusals: Vec::new(),
        };
        for file in 0..tree.files.len() {
            let mut nodes = Vec::new();
            for item in &tree.files[file].items {
                graph.nodes_of(file, item, &mut nodes);
            }
            number(&mut nodes);
            graph.nodes.push(nodes);
        }
        graph
    }

    /// The files whose bytes are included.
    pub(super) fn data(&self) -> impl Iterator<Item = &Path> {
        self.data.keys().map(PathBuf::as_path)
    }

    fn nodes_of(&mut self, file: FileId, item: &Item, nodes: &mut Vec<Node>) {
        let module = self.tree.files[file].module;
        if let Item::Use(leaves) = item {
            nodes.extend(super::tree::imports(leaves).iter().map(|leaf| self.import(file, leaf)));
            return;
        }
        let stream = tokens::without_docs(item.to_token_stream());
        let mut encoded = Vec::new();
        tokens::encode(stream.clone(), &mut encoded);
        let Mentions { names, data, .. } = tokens::mentions(stream);
        let mut leads = BTreeSet::new();
        self.paths(module, item, &mut leads);
        let data = data.iter().filter_map(|(path, span)| self.include(file, path, *span)).collect();
        if let Item::Impl(block) = item
            && self.implements(module, block, "experiment", "Experiment")
        {
            self.root(file, block, nodes.len());
        }
        if let Item::Mod(inline) = item {
            self.no_root(file, module, inline);
        }
        nodes.push(Node {
            name: describe(item),
            digest: blake3::hash(&encoded),
            trigger: self.trigger(module, item),
            names,
            leads,
            data,
        });
    }

    /// A leaf of a `use`: counts where its local name is mentioned; where none is, it counts if it
    /// may be a trait, whose methods need no name.
    fn import(&self, file: FileId, leaf: &Import) -> Node {
        let Import { local, path, .. } = leaf;
        let tree = self.tree;
        let target = tree.resolve(tree.files[file].module, path);
        let looks = self.is_vocabulary(&target, "exhibit", "Exhibit");
        let by_name = match &target {
            Target::External => false,
            Target::Module(_) => true,
            Target::Item(module, name, rest) => {
                let kinds = tree.modules[*module].names.get(name);
                kinds.is_some_and(|kinds| !kinds.contains(&Kind::Trait)) || (looks && *rest == 0)
            }
        };
        let written = path.join("::");
        let last = path.last().map_or("", String::as_str);
        let name = if local == last {
            format!("use {written}")
        } else {
            format!("use {written} as {local}")
        };
        let mut encoded = Vec::new();
        tokens::text(&written, &mut encoded);
        tokens::text(local, &mut encoded);
        Node {
            name,
            digest: blake3::hash(&encoded),
            trigger: if by_name && local != "_" {
                Trigger::Names(BTreeSet::from([local.clone()]))
            } else {
                Trigger::Always
            },
            // The first segment may itself be imported.
            names: path.iter().take(1).cloned().collect(),
            leads: self.leads(&target).into_iter().collect(),
            data: BTreeSet::new(),
        }
    }

    fn trigger(&self, module: ModuleId, item: &Item) -> Trigger {
        match item {
            Item::Impl(block) if self.implements(module, block, "exhibit", "Exhibit") => {
                Trigger::Looks(self.exhibit_items(block))
            }
            Item::Impl(block) => {
                let heading = self.heading(module, block);
                if heading.is_empty() { Trigger::Always } else { Trigger::Names(heading) }
            }
            Item::Mod(inline) => {
                let mut names = BTreeSet::from([inline.ident.unraw().to_string()]);
                for item in inline.content.iter().flat_map(|(_, items)| items) {
                    // What applies without being named by the module's name.
                    match self.trigger(module, item) {
                        Trigger::Names(inner)
                            if matches!(item, Item::Impl(_) | Item::Trait(_) | Item::Mod(_)) =>
                        {
                            names.extend(inner);
                        }
                        Trigger::Names(_) => {}
                        Trigger::Always | Trigger::Looks(_) => match item {
                            Item::Impl(_) | Item::Mod(_) => return Trigger::Always,
                            _ => {}
                        },
                    }
                }
                Trigger::Names(names)
            }
            Item::Trait(item) => {
                let mut names: BTreeSet<String> =
                    item.items.iter().filter_map(trait_item_name).collect();
                names.insert(item.ident.unraw().to_string());
                Trigger::Names(names)
            }
            item => match super::tree::named(item) {
                Some((ident, _)) if ident != "_" => {
                    Trigger::Names(BTreeSet::from([ident.unraw().to_string()]))
                }
                _ => Trigger::Always,
            },
        }
    }

    /// The names in an `impl`'s heading that its file defines.
    fn heading(&self, module: ModuleId, block: &ItemImpl) -> BTreeSet<String> {
        let mut stream = block.self_ty.to_token_stream();
        if let Some((path, _)) = &block.trait_ {
            path.to_tokens(&mut stream);
        }
        let file = self.tree.modules[module].file;
        let own =
            |name: &String| {
                self.tree.modules.iter().filter(|module| module.file == file).any(|module| {
                    module.names.contains_key(name) || module.children.contains_key(name)
                })
            };
        tokens::mentions(stream).names.into_iter().filter(own).collect()
    }

    fn exhibit_items(&self, block: &ItemImpl) -> BTreeSet<String> {
        let definition = self.tree.files.iter().filter(|file| file.name == "exhibit.rs");
        let mut names: BTreeSet<String> = definition
            .flat_map(|file| &file.items)
            .filter_map(|item| match item {
                Item::Trait(item) if item.ident == "Exhibit" => Some(&item.items),
                _ => None,
            })
            .flatten()
            .filter_map(trait_item_name)
            .collect();
        names.extend(block.items.iter().filter_map(|item| match item {
            ImplItem::Const(item) => Some(item.ident.unraw().to_string()),
            ImplItem::Fn(item) => Some(item.sig.ident.unraw().to_string()),
            ImplItem::Type(item) => Some(item.ident.unraw().to_string()),
            _ => None,
        }));
        names
    }

    fn leads(&self, target: &Target) -> Vec<Lead> {
        match target {
            Target::External => Vec::new(),
            Target::Module(module) => {
                self.tree.beneath(*module).into_iter().map(Lead::File).collect()
            }
            Target::Item(module, name, _) => {
                let Module { file, path, .. } = &self.tree.modules[*module];
                let outer = self.tree.modules[self.tree.files[*file].module].path.len();
                // Inside an inline module: the module is the item that counts.
                let name = path.get(outer).unwrap_or(name);
                vec![Lead::Item(*file, name.clone())]
            }
        }
    }

    /// Collects where an item's paths lead; inline modules have their own `super`.
    fn paths(&self, module: ModuleId, item: &Item, leads: &mut BTreeSet<Lead>) {
        let here = &self.tree.modules[module];
        if let Item::Mod(inline) = item {
            let name = inline.ident.unraw().to_string();
            if let (Some((_, items)), Some(&child)) = (&inline.content, here.children.get(&name)) {
                for item in items {
                    self.paths(child, item, leads);
                }
            }
            return;
        }
        let stream = tokens::without_docs(item.to_token_stream());
        for path in tokens::mentions(stream).paths {
            let within = match path.first().map(String::as_str) {
                Some("crate" | "super") => true,
                Some("self") => path.len() > 1,
                Some(first) => here.children.contains_key(first),
                None => false,
            };
            if within {
                leads.extend(self.leads(&self.tree.resolve(module, &path)));
            }
        }
    }

    /// Whether an `impl` is of that trait of the vocabulary.
    fn implements(&self, module: ModuleId, block: &ItemImpl, file: &str, name: &str) -> bool {
        block.trait_.as_ref().is_some_and(|(path, _)| {
            let target = self.tree.resolve(module, &segments(path));
            self.is_vocabulary(&target, file, name)
        })
    }

    fn is_vocabulary(&self, target: &Target, file: &str, name: &str) -> bool {
        matches!(target, Target::Item(module, found, 0)
            if found == name && self.tree.modules[*module].path == [file])
    }

    fn root(&mut self, file: FileId, block: &ItemImpl, node: usize) {
        let span = block.impl_token.span;
        let name = &self.tree.files[file].name;
        let mut refuse = |message: &str, hint: &str| {
            self.refusals.push(Refusal::new(name, span, message.into(), hint));
        };
        if !name.starts_with("catalog/") {
            refuse("an experiment outside the catalog", "move it into `src/catalog`");
            return;
        }
        let id = block.items.iter().find_map(|item| match item {
            ImplItem::Const(item) if item.ident == "ID" => Some(&item.expr),
            _ => None,
        });
        match id {
            Some(Expr::Lit(ExprLit { lit: Lit::Str(id), .. })) => {
                self.roots.push(Root { id: id.value(), file, node, span });
            }
            _ => refuse(
                "an experiment whose `ID` is not a string literal",
                "write `const ID: &'static str = \"the-id\";` in this `impl`",
            ),
        }
    }

    /// Refuses an experiment inside an inline module.
    fn no_root(&mut self, file: FileId, module: ModuleId, inline: &ItemMod) {
        let name = inline.ident.unraw().to_string();
        let Some(&child) = self.tree.modules[module].children.get(&name) else { return };
        for item in inline.content.iter().flat_map(|(_, items)| items) {
            match item {
                Item::Mod(inline) => self.no_root(file, child, inline),
                Item::Impl(block) if self.implements(child, block, "experiment", "Experiment") => {
                    self.refusals.push(Refusal::new(
                        &self.tree.files[file].name,
                        block.impl_token.span,
                        "an experiment inside an inline module".into(),
                        "move it to the file's top level",
                    ));
                }
                _ => {}
            }
        }
    }

    /// Reads an included file.
    fn include(&mut self, file: FileId, path: &str, span: Span) -> Option<PathBuf> {
        let source = &self.tree.files[file];
        let refuse = |message: String, hint: &str| Refusal::new(&source.name, span, message, hint);
        if Path::new(path).is_absolute() {
            let hint = "give it relative to this file";
            self.refusals.push(refuse("an included file with an absolute path".into(), hint));
            return None;
        }
        let place = source.path.parent().unwrap_or(Path::new("")).join(path);
        match std::fs::read(&place) {
            Ok(bytes) => {
                let folder = Path::new(&source.name).parent().unwrap_or(Path::new(""));
                let name = format!("{} (bytes)", normal(&folder.join(path)));
                self.data.insert(place.clone(), (name, blake3::hash(&bytes)));
                Some(place)
            }
            Err(error) => {
                let message = format!("`{path}` cannot be read: {error}");
                self.refusals.push(refuse(message, "the path is relative to this file"));
                None
            }
        }
    }
}

fn trait_item_name(item: &TraitItem) -> Option<String> {
    match item {
        TraitItem::Const(item) => Some(item.ident.unraw().to_string()),
        TraitItem::Fn(item) => Some(item.sig.ident.unraw().to_string()),
        TraitItem::Type(item) => Some(item.ident.unraw().to_string()),
        _ => None,
    }
}

/// An item as a reader would name it.
fn describe(item: &Item) -> String {
    let word = match item {
        Item::Const(_) => "const",
        Item::Fn(_) => "fn",
        Item::Static(_) => "static",
        Item::Enum(_) => "enum",
        Item::Struct(_) => "struct",
        Item::Union(_) => "union",
        Item::Trait(_) => "trait",
        Item::Type(_) => "type",
        Item::Mod(module) => return format!("mod {}", module.ident.unraw()),
        Item::Macro(item) => return format!("{}!", compact(&item.mac.path)),
        Item::Impl(block) => {
            let ty = compact(&block.self_ty);
            return match &block.trait_ {
                Some((path, _)) => format!("impl {} for {ty}", compact(path)),
                None => format!("impl {ty}"),
            };
        }
        _ => "item",
    };
    super::tree::named(item).map_or(word.into(), |(ident, _)| format!("{word} {}", ident.unraw()))
}

/// Tells nodes of one name apart by their order.
fn number(nodes: &mut [Node]) {
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    for node in nodes {
        let count = seen.entry(node.name.clone()).or_default();
        *count += 1;
        if *count > 1 {
            node.name = format!("{} #{count}", node.name);
        }
    }
}

/// A relative path with `/`, and without `.` and `..` where that can be.
fn normal(path: &Path) -> String {
    let mut parts: Vec<String> = Vec::new();
    for component in path.components() {
        match component {
            Component::CurDir => {}
            Component::ParentDir if parts.last().is_some_and(|last| last != "..") => {
                parts.pop();
            }
            other => parts.push(other.as_os_str().to_string_lossy().into_owned()),
        }
    }
    parts.join("/")
}
