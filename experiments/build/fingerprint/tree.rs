//! The source tree: which files `mod` declarations reach, and what names each module has.

use std::collections::BTreeMap;
use std::path::Path;
use std::path::PathBuf;

use proc_macro2::Span;
use syn::Attribute;
use syn::Ident;
use syn::ImplItem;
use syn::Item;
use syn::TraitItem;
use syn::UseTree;
use syn::ext::IdentExt;
use syn::spanned::Spanned;

use super::Refusal;

/// All modules and the files that hold them. Tests are already taken out.
#[derive(Default)]
pub(super) struct Tree {
    pub(super) modules: Vec<Module>,
    pub(super) files: Vec<File>,
    pub(super) refusals: Vec<Refusal>,
}

/// Index into [`Tree::modules`]; 0 is the crate's root.
pub(super) type ModuleId = usize;
/// Index into [`Tree::files`].
pub(super) type FileId = usize;

/// A module: a file's own or an inline one.
pub(super) struct Module {
    pub(super) path: Vec<String>,
    pub(super) file: FileId,
    pub(super) parent: Option<ModuleId>,
    pub(super) children: BTreeMap<String, ModuleId>,
    pub(super) names: BTreeMap<String, Vec<Kind>>,
    pub(super) imports: Vec<Import>,
}

/// A source file.
pub(super) struct File {
    /// Relative to the root of the tree, with `/`.
    pub(super) name: String,
    pub(super) path: PathBuf,
    pub(super) module: ModuleId,
    pub(super) attributes: Vec<Attribute>,
    pub(super) items: Vec<Item>,
}

/// What a name stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Type,
    Trait,
    Alias,
    Value,
}

/// One leaf of a `use`.
#[derive(Clone)]
pub(super) struct Import {
    /// The name it brings into scope; `_` for a trait without one.
    pub(super) local: String,
    /// The path; a leading `::` is an empty first segment.
    pub(super) path: Vec<String>,
    pub(super) glob: bool,
    pub(super) span: Span,
}

/// Where a path leads.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Target {
    /// Out of the crate.
    External,
    /// Exactly to a module.
    Module(ModuleId),
    /// To a name that is not a module, and so many segments further.
    Item(ModuleId, String, usize),
}

impl Tree {
    /// Reads the tree from `lib.rs` on.
    pub(super) fn read(root: &Path) -> Self {
        let mut tree = Self::default();
        tree.read_file(&root.join("lib.rs"), "lib.rs", root, Vec::new(), None);
        tree
    }

    /// Notes what must not be.
    pub(super) fn refuse(&mut self, file: &str, span: Span, message: String, hint: &str) {
        self.refusals.push(Refusal::new(file, span, message, hint));
    }

    /// `below`: the folder of the files of its child modules.
    fn read_file(
        &mut self,
        path: &Path,
        name: &str,
        below: &Path,
        module: Vec<String>,
        parent: Option<ModuleId>,
    ) -> Option<ModuleId> {
        let parsed = std::fs::read_to_string(path)
            .map_err(|error| Refusal::at_start(name, format!("cannot be read: {error}")))
            .and_then(|text| {
                syn::parse_file(&text).map_err(|error| {
                    let message = format!("cannot be parsed: {error}");
                    Refusal::new(name, error.span(), message, "see what rustc says")
                })
            });
        let source = match parsed {
            Ok(source) => source,
            Err(refusal) => {
                self.refusals.push(refusal);
                return None;
            }
        };
        if source.attrs.iter().any(is_test) {
            return None;
        }
        let items = without_tests(source.items);
        let (file, id) = (self.files.len(), self.modules.len());
        self.files.push(File {
            name: name.into(),
            path: path.into(),
            module: id,
            attributes: source.attrs,
            items: Vec::new(),
        });
        self.modules.push(Module::new(module, file, parent));
        self.fill(id, &items, Some(below));
        self.files[file].items = items;
        Some(id)
    }

    /// Enters the items of a module and reads its child modules. Without a folder the module is
    /// inline.
    fn fill(&mut self, id: ModuleId, items: &[Item], below: Option<&Path>) {
        for item in items {
            match item {
                Item::Mod(module) => self.declare(id, module, below),
                Item::Use(leaves) => self.modules[id].imports.extend(imports(leaves)),
                _ => {
                    if let Some((ident, kind)) = named(item) {
                        let names = &mut self.modules[id].names;
                        names.entry(ident.unraw().to_string()).or_default().push(kind);
                    }
                }
            }
        }
    }

    fn declare(&mut self, parent: ModuleId, module: &syn::ItemMod, below: Option<&Path>) {
        let name = module.ident.unraw().to_string();
        let file = self.modules[parent].file;
        let path = [self.modules[parent].path.as_slice(), std::slice::from_ref(&name)].concat();
        let child = match (&module.content, below) {
            (Some((_, items)), _) => {
                let id = self.modules.len();
                self.modules.push(Module::new(path, file, Some(parent)));
                self.fill(id, items, None);
                Some(id)
            }
            (None, Some(below)) => self.read_child(parent, module, below, path),
            (None, None) => {
                let source = self.files[file].name.clone();
                let message = format!("`mod {name};` inside an inline module");
                self.refuse(&source, module.span(), message, "declare it at the file's top level");
                None
            }
        };
        if let Some(child) = child {
            self.modules[parent].children.insert(name, child);
        }
    }

    fn read_child(
        &mut self,
        parent: ModuleId,
        module: &syn::ItemMod,
        below: &Path,
        path: Vec<String>,
    ) -> Option<ModuleId> {
        let name = module.ident.unraw().to_string();
        let file = path.join("/");
        for (candidate, source) in [
            (below.join(format!("{name}.rs")), format!("{file}.rs")),
            (below.join(&name).join("mod.rs"), format!("{file}/mod.rs")),
        ] {
            if candidate.is_file() {
                let below = below.join(&name);
                return self.read_file(&candidate, &source, &below, path, Some(parent));
            }
        }
        let source = self.files[self.modules[parent].file].name.clone();
        let message = format!("there is no file for `mod {name};`");
        self.refuse(&source, module.span(), message, "write the file or remove the declaration");
        None
    }

    /// Follows a path that stands in that module.
    pub(super) fn resolve(&self, from: ModuleId, path: &[String]) -> Target {
        self.resolve_within(from, path, 0)
    }

    fn resolve_within(&self, from: ModuleId, path: &[String], depth: usize) -> Target {
        let Some((first, rest)) = path.split_first() else { return Target::Module(from) };
        let module = &self.modules[from];
        match first.as_str() {
            "crate" => self.descend(0, rest),
            "self" => self.descend(from, rest),
            "super" => self.descend(from, path),
            name => {
                if let Some(&child) = module.children.get(name) {
                    return self.descend(child, rest);
                }
                if module.names.contains_key(name) {
                    return Target::Item(from, name.into(), rest.len());
                }
                match module.imports.iter().find(|import| import.local == name) {
                    Some(import) if depth < 32 => {
                        let path = [import.path.as_slice(), rest].concat();
                        self.resolve_within(from, &path, depth + 1)
                    }
                    // `use burn;` finds itself again and again: it is another crate.
                    _ => Target::External,
                }
            }
        }
    }

    fn descend(&self, mut at: ModuleId, path: &[String]) -> Target {
        for (done, segment) in path.iter().enumerate() {
            let module = &self.modules[at];
            at = match (segment.as_str(), module.children.get(segment)) {
                ("self", _) => at,
                ("super", _) => module.parent.unwrap_or(0),
                (_, Some(&child)) => child,
                (_, None) => return Target::Item(at, segment.clone(), path.len() - done - 1),
            };
        }
        Target::Module(at)
    }

    /// The files of a module and of everything beneath it.
    pub(super) fn beneath(&self, module: ModuleId) -> Vec<FileId> {
        let mut files = vec![self.modules[module].file];
        for &child in self.modules[module].children.values() {
            files.extend(self.beneath(child));
        }
        files
    }
}

impl Module {
    fn new(path: Vec<String>, file: FileId, parent: Option<ModuleId>) -> Self {
        Self {
            path,
            file,
            parent,
            children: BTreeMap::new(),
            names: BTreeMap::new(),
            imports: Vec::new(),
        }
    }
}

/// The name that an item other than a module brings, and what it stands for.
pub(super) fn named(item: &Item) -> Option<(&Ident, Kind)> {
    Some(match item {
        Item::Const(item) => (&item.ident, Kind::Value),
        Item::Fn(item) => (&item.sig.ident, Kind::Value),
        Item::Static(item) => (&item.ident, Kind::Value),
        Item::Enum(item) => (&item.ident, Kind::Type),
        Item::Struct(item) => (&item.ident, Kind::Type),
        Item::Union(item) => (&item.ident, Kind::Type),
        Item::Trait(item) => (&item.ident, Kind::Trait),
        Item::TraitAlias(item) => (&item.ident, Kind::Trait),
        Item::Type(item) => (&item.ident, Kind::Alias),
        _ => return None,
    })
}

/// The leaves of a `use`.
pub(super) fn imports(item: &syn::ItemUse) -> Vec<Import> {
    let mut leaves = Vec::new();
    let prefix = if item.leading_colon.is_some() { vec![String::new()] } else { Vec::new() };
    leaves_of(&item.tree, &prefix, &mut leaves);
    leaves
}

fn leaves_of(tree: &UseTree, prefix: &[String], leaves: &mut Vec<Import>) {
    let mut push = |path: Vec<String>, local: Option<String>, glob: bool| {
        let local = local.or_else(|| path.last().cloned()).unwrap_or_default();
        leaves.push(Import { local, path, glob, span: tree.span() });
    };
    // `{self}` stands for the module before the brace.
    let join = |ident: &Ident| {
        let name = ident.unraw().to_string();
        if name == "self" && !prefix.is_empty() {
            prefix.to_vec()
        } else {
            [prefix, &[name]].concat()
        }
    };
    match tree {
        UseTree::Path(path) => leaves_of(&path.tree, &join(&path.ident), leaves),
        UseTree::Name(name) => push(join(&name.ident), None, false),
        UseTree::Rename(rename) => {
            push(join(&rename.ident), Some(rename.rename.unraw().to_string()), false);
        }
        UseTree::Glob(_) => push(prefix.to_vec(), None, true),
        UseTree::Group(group) => {
            for tree in &group.items {
                leaves_of(tree, prefix, leaves);
            }
        }
    }
}

/// Whether an attribute says that its item exists in tests alone.
fn is_test(attribute: &Attribute) -> bool {
    if attribute.path().is_ident("test") {
        return true;
    }
    attribute.path().is_ident("cfg")
        && attribute.meta.require_list().is_ok_and(|list| list.tokens.to_string() == "test")
}

/// The items without those that exist in tests alone, also in inline modules, impls and traits.
fn without_tests(items: Vec<Item>) -> Vec<Item> {
    let mut kept: Vec<Item> =
        items.into_iter().filter(|item| !attributes(item).iter().any(is_test)).collect();
    for item in &mut kept {
        match item {
            Item::Mod(module) => {
                if let Some((_, items)) = &mut module.content {
                    *items = without_tests(std::mem::take(items));
                }
            }
            Item::Impl(block) => block.items.retain(|item| {
                let attributes: &[Attribute] = match item {
                    ImplItem::Const(item) => &item.attrs,
                    ImplItem::Fn(item) => &item.attrs,
                    ImplItem::Type(item) => &item.attrs,
                    ImplItem::Macro(item) => &item.attrs,
                    _ => &[],
                };
                !attributes.iter().any(is_test)
            }),
            Item::Trait(item) => item.items.retain(|item| {
                let attributes: &[Attribute] = match item {
                    TraitItem::Const(item) => &item.attrs,
                    TraitItem::Fn(item) => &item.attrs,
                    TraitItem::Type(item) => &item.attrs,
                    TraitItem::Macro(item) => &item.attrs,
                    _ => &[],
                };
                !attributes.iter().any(is_test)
            }),
            _ => {}
        }
    }
    kept
}

fn attributes(item: &Item) -> &[Attribute] {
    match item {
        Item::Const(item) => &item.attrs,
        Item::Enum(item) => &item.attrs,
        Item::ExternCrate(item) => &item.attrs,
        Item::Fn(item) => &item.attrs,
        Item::ForeignMod(item) => &item.attrs,
        Item::Impl(item) => &item.attrs,
        Item::Macro(item) => &item.attrs,
        Item::Mod(item) => &item.attrs,
        Item::Static(item) => &item.attrs,
        Item::Struct(item) => &item.attrs,
        Item::Trait(item) => &item.attrs,
        Item::TraitAlias(item) => &item.attrs,
        Item::Type(item) => &item.attrs,
        Item::Union(item) => &item.attrs,
        Item::Use(item) => &item.attrs,
        _ => &[],
    }
}
