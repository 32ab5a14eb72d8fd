//! What is refused because it would hide from this analysis which code an experiment uses.

use std::collections::BTreeSet;

use proc_macro2::Delimiter;
use proc_macro2::Span;
use proc_macro2::TokenStream;
use proc_macro2::TokenTree;
use quote::ToTokens;
use syn::Attribute;
use syn::Item;
use syn::ItemImpl;
use syn::ItemMod;
use syn::ItemUse;
use syn::Type;
use syn::TypeParamBound;
use syn::Visibility;
use syn::ext::IdentExt;
use syn::spanned::Spanned;
use syn::visit::Visit;

use super::Refusal;
use super::tokens;
use super::tree::File;
use super::tree::Kind;
use super::tree::ModuleId;
use super::tree::Target;
use super::tree::Tree;

/// The one file that may include what the build script writes.
const TABLE: &str = "fingerprint.rs";
/// The one file whose code may depend on cargo features: a backend is provenance, not a number's
/// definition.
const BACKEND: &str = "backend.rs";

/// Macros whose value comes from elsewhere than the tokens, and what to do instead.
const MACROS: [(&str, &str); 13] = [
    ("include", "write the code where it is used, or make it a module"),
    ("env", "what the build environment says must not reach a number; pass a parameter"),
    ("option_env", "what the build environment says must not reach a number; pass a parameter"),
    ("cfg", "make it a parameter or a backend"),
    ("cfg_select", "make it a parameter or a backend"),
    ("line", "a comment would change it; write a constant"),
    ("column", "a comment would change it; write a constant"),
    ("macro_rules", "write a function"),
    ("concat_idents", "write the identifier"),
    ("global_asm", "write Rust"),
    // Allowed with a literal path.
    ("include_str", "give the path as one string literal"),
    ("include_bytes", "give the path as one string literal"),
    // Allowed as an item.
    ("thread_local", "use it under its own name"),
];

/// Attributes that a module, and a file as a whole, may have.
const HARMLESS: [&str; 8] =
    ["doc", "allow", "warn", "deny", "forbid", "expect", "rustfmt", "clippy"];

/// Everything in the tree that is refused.
pub(super) fn refusals(tree: &Tree) -> Vec<Refusal> {
    let mut all = Vec::new();
    for file in &tree.files {
        let mut rules = Rules { tree, file, module: file.module, block: None, found: Vec::new() };
        rules.harmless(&file.attributes, "a whole file");
        rules.items(&file.items);
        for item in &file.items {
            rules.tokens(tokens::without_docs(item.to_token_stream()), false);
        }
        all.append(&mut rules.found);
    }
    all
}

struct Rules<'a> {
    tree: &'a Tree,
    file: &'a File,
    module: ModuleId,
    /// Inside a function's body: the names that blocks of this item define.
    block: Option<BTreeSet<String>>,
    found: Vec<Refusal>,
}

impl Rules<'_> {
    fn refuse(&mut self, span: Span, message: impl Into<String>, hint: &str) {
        self.found.push(Refusal::new(&self.file.name, span, message.into(), hint));
    }

    fn items(&mut self, items: &[Item]) {
        for item in items {
            match item {
                Item::Mod(module) => self.module(module),
                Item::Impl(block) => {
                    self.place(block);
                    self.bodies(item);
                }
                Item::Macro(invocation) if !invocation.mac.path.is_ident("thread_local") => {
                    let table = self.file.name == TABLE && invocation.mac.path.is_ident("include");
                    if !table {
                        let hint = "write out what the macro makes";
                        self.refuse(item.span(), "a macro that makes items", hint);
                    }
                }
                Item::ExternCrate(_) => {
                    self.refuse(item.span(), "`extern crate`", "name the crate in paths");
                }
                Item::ForeignMod(_) | Item::Verbatim(_) | Item::TraitAlias(_) => {
                    let hint = "write it in ordinary Rust";
                    self.refuse(item.span(), "an item that the analysis cannot read", hint);
                }
                Item::Use(leaves) => self.visit_item_use(leaves),
                _ => self.bodies(item),
            }
        }
    }

    fn module(&mut self, module: &ItemMod) {
        self.harmless(&module.attrs, "a module");
        if let Some((_, items)) = &module.content {
            let name = module.ident.unraw().to_string();
            if let Some(&child) = self.tree.modules[self.module].children.get(&name) {
                let outer = std::mem::replace(&mut self.module, child);
                self.items(items);
                self.module = outer;
            }
        }
    }

    fn harmless(&mut self, attributes: &[Attribute], what: &str) {
        for attribute in attributes {
            let first = attribute.path().segments.first().map(|segment| segment.ident.to_string());
            if !first.is_some_and(|first| HARMLESS.contains(&first.as_str())) {
                let name = compact(&attribute.path().to_token_stream());
                let hint = "remove it: it can change which code the module holds";
                self.refuse(attribute.span(), format!("`#[{name}]` on {what}"), hint);
            }
        }
    }

    /// Visits the blocks within an item.
    fn bodies(&mut self, item: &Item) {
        let mut inner = Inner(BTreeSet::new());
        inner.visit_item(item);
        self.block = Some(inner.0);
        match item {
            // The block itself has been looked at; its methods have not.
            Item::Impl(block) => syn::visit::visit_item_impl(self, block),
            item => syn::visit::visit_item(self, item),
        }
        self.block = None;
    }

    /// An `impl` belongs into the file of its type or of its trait: where one of them is used,
    /// that file is.
    fn place(&mut self, block: &ItemImpl) {
        let own = block.trait_.as_ref().is_some_and(|(path, _)| self.is_here(path, Kind::Trait))
            || own_path(&block.self_ty).is_some_and(|path| {
                let parameter = block
                    .generics
                    .type_params()
                    .any(|parameter| path.is_ident(&parameter.ident.unraw().to_string()));
                let kind = if is_object(&block.self_ty) { Kind::Trait } else { Kind::Type };
                !parameter && self.is_here(path, kind)
            });
        if !own {
            let hint = "move it into the file that defines its type or its trait (not an alias), \
                        or write a function";
            self.refuse(
                block.impl_token.span,
                "an `impl` outside the file of its type or trait",
                hint,
            );
        }
    }

    /// Whether the path leads to something of that kind that this file defines.
    fn is_here(&self, path: &syn::Path, kind: Kind) -> bool {
        match self.tree.resolve(self.module, &segments(path)) {
            Target::Item(module, name, 0) => {
                let module = &self.tree.modules[module];
                let kinds = module.names.get(&name);
                self.tree.files[module.file].name == self.file.name
                    && kinds.is_some_and(|kinds| kinds.contains(&kind))
            }
            _ => false,
        }
    }

    /// Rules that hold for tokens wherever they stand. `arguments`: within those of a macro.
    fn tokens(&mut self, stream: TokenStream, arguments: bool) {
        let trees: Vec<TokenTree> = stream.into_iter().collect();
        for (at, tree) in trees.iter().enumerate() {
            match tree {
                TokenTree::Group(group) => {
                    if let Some((name, span)) = tokens::macro_name(&trees, at) {
                        self.invocation(&name, span, group);
                    } else if tokens::is_attribute(&trees, at) {
                        self.attribute(group);
                    }
                    self.tokens(group.stream(), arguments || tokens::is_arguments(&trees, at));
                }
                TokenTree::Ident(ident) => {
                    let next = |offset: usize, character| {
                        tokens::is_punct(trees.get(at + offset), character)
                    };
                    if ident == "macro_rules" && next(1, '!') {
                        self.refuse(ident.span(), "a macro definition", "write a function");
                    }
                    if arguments && ["impl", "mod", "use"].iter().any(|word| ident == word) {
                        let hint = "write it outside the macro";
                        self.refuse(ident.span(), format!("`{ident}` inside a macro"), hint);
                    }
                    let caller = matches!(trees.get(at + 3), Some(TokenTree::Ident(name))
                        if name == "caller");
                    if ident == "Location" && next(1, ':') && next(2, ':') && caller {
                        let hint = "a comment would change it; pass a name";
                        self.refuse(ident.span(), "`Location::caller`", hint);
                    }
                }
                TokenTree::Punct(_) | TokenTree::Literal(_) => {}
            }
        }
    }

    fn invocation(&mut self, name: &str, span: Span, group: &proc_macro2::Group) {
        let allowed = match name {
            "include" | "env" => self.file.name == TABLE,
            "cfg" => self.file.name == BACKEND,
            "include_str" | "include_bytes" => tokens::only_string(group).is_some(),
            "thread_local" => true,
            _ => false,
        };
        if let Some((_, hint)) = MACROS.iter().find(|(known, _)| *known == name)
            && !allowed
        {
            self.refuse(span, format!("`{name}!`"), hint);
        }
    }

    fn attribute(&mut self, group: &proc_macro2::Group) {
        let trees: Vec<TokenTree> = group.stream().into_iter().collect();
        let Some(TokenTree::Ident(name)) = trees.first() else { return };
        let name = tokens::plain(name);
        let tests = matches!(trees.get(1), Some(TokenTree::Group(inner))
            if inner.delimiter() == Delimiter::Parenthesis && inner.stream().to_string() == "test");
        let (refused, hint) = match name.as_str() {
            "path" => (true, "put the file where `mod` expects it"),
            "cfg" => (!tests && self.file.name != BACKEND, "make it a parameter or a backend"),
            "cfg_attr" => (self.file.name != BACKEND, "write the attribute itself"),
            "macro_use" | "macro_export" => (true, "name the macro in a path"),
            _ => (false, ""),
        };
        if refused {
            self.refuse(group.span(), format!("`#[{name}]`"), hint);
        }
    }
}

impl<'ast> Visit<'ast> for Rules<'_> {
    fn visit_item_use(&mut self, item: &'ast ItemUse) {
        if !matches!(item.vis, Visibility::Inherited) {
            let hint = "let users name the item by its own path";
            self.refuse(item.span(), "a re-export", hint);
        }
        for import in super::tree::imports(item) {
            let last = import.path.last().map_or("", String::as_str);
            if import.glob {
                self.refuse(import.span, "a glob import", "name what is used");
            } else if matches!(last, "crate" | "self" | "super") {
                let hint = "write paths that start at `crate`";
                self.refuse(import.span, "an import of `crate`, `self` or `super`", hint);
            } else if import.local != last && MACROS.iter().any(|(name, _)| *name == last) {
                self.refuse(import.span, format!("`{last}` under another name"), "keep its name");
            } else if import.local == "test" {
                let hint = "`#[test]` must keep its meaning";
                self.refuse(import.span, "something called `test`", hint);
            }
        }
    }

    fn visit_item_mod(&mut self, item: &'ast ItemMod) {
        self.refuse(item.span(), "a module inside a function", "move it out of the function");
    }

    fn visit_item_extern_crate(&mut self, item: &'ast syn::ItemExternCrate) {
        self.refuse(item.span(), "`extern crate`", "name the crate in paths");
    }

    fn visit_item_impl(&mut self, block: &'ast ItemImpl) {
        let names = self.block.clone().unwrap_or_default();
        let local = |path: &syn::Path| {
            path.get_ident().is_some_and(|ident| names.contains(&ident.unraw().to_string()))
                || path.segments.len() == 1
                    && names.contains(&path.segments[0].ident.unraw().to_string())
        };
        let own = own_path(&block.self_ty).is_some_and(local)
            || block.trait_.as_ref().is_some_and(|(path, _)| local(path));
        if !own {
            let hint = "move it out of the function";
            self.refuse(block.impl_token.span, "an `impl` inside a function", hint);
        }
        syn::visit::visit_item_impl(self, block);
    }

    fn visit_item(&mut self, item: &'ast Item) {
        if let Item::Verbatim(_) = item {
            let hint = "write it in ordinary Rust";
            self.refuse(item.span(), "an item that the analysis cannot read", hint);
        }
        syn::visit::visit_item(self, item);
    }
}

/// Collects the names that items inside blocks define.
struct Inner(BTreeSet<String>);

impl<'ast> Visit<'ast> for Inner {
    fn visit_stmt(&mut self, statement: &'ast syn::Stmt) {
        if let syn::Stmt::Item(item) = statement
            && let Some((ident, kind)) = super::tree::named(item)
            && matches!(kind, Kind::Type | Kind::Trait)
        {
            self.0.insert(ident.unraw().to_string());
        }
        syn::visit::visit_stmt(self, statement);
    }
}

/// The path of the type that an `impl` is for, behind references and parentheses.
fn own_path(ty: &Type) -> Option<&syn::Path> {
    match ty {
        Type::Path(path) if path.qself.is_none() => Some(&path.path),
        Type::Reference(reference) => own_path(&reference.elem),
        Type::Paren(paren) => own_path(&paren.elem),
        Type::Group(group) => own_path(&group.elem),
        Type::TraitObject(object) => object.bounds.iter().find_map(|bound| match bound {
            TypeParamBound::Trait(bound) => Some(&bound.path),
            _ => None,
        }),
        _ => None,
    }
}

fn is_object(ty: &Type) -> bool {
    match ty {
        Type::TraitObject(_) => true,
        Type::Reference(reference) => is_object(&reference.elem),
        Type::Paren(paren) => is_object(&paren.elem),
        Type::Group(group) => is_object(&group.elem),
        _ => false,
    }
}

/// The names in a path; a leading `::` is an empty first one.
pub(super) fn segments(path: &syn::Path) -> Vec<String> {
    let lead = path.leading_colon.map(|_| String::new());
    lead.into_iter()
        .chain(path.segments.iter().map(|segment| segment.ident.unraw().to_string()))
        .collect()
}

/// Tokens as text, with spaces only where words would run together.
pub(super) fn compact(stream: &impl ToTokens) -> String {
    let mut text = String::new();
    for word in stream.to_token_stream().to_string().split_whitespace() {
        let glued = |c: char| c.is_alphanumeric() || c == '_';
        if text.ends_with(glued) && word.starts_with(glued) {
            text.push(' ');
        }
        text.push_str(word);
    }
    text
}
