//! `#[derive(Readable)]`, which `loyalty_core::read` hands on: use it from there.
//!
//! It writes a table of a type's fields or variants, which one function checks for all types, and a
//! short function that builds the type. Of serde's attributes it understands those that the types of the
//! core have, and refuses all others, so that what is written with serde is read under the same names.

mod attributes;

use proc_macro2::{Span, TokenStream};
use quote::quote;
use syn::{Data, DeriveInput, Error, Field, Fields, Ident, Result, Variant, parse_macro_input};

use attributes::{Container, Missing, Of};

/// Makes a type readable: the trait `Readable` of `loyalty-core`, and serde's `Deserialize` by way of it.
#[proc_macro_derive(Readable, attributes(serde, readable))]
pub fn readable(input: proc_macro::TokenStream) -> proc_macro::TokenStream {
    let input = parse_macro_input!(input as DeriveInput);
    expand(&input)
        .unwrap_or_else(|error| error.to_compile_error())
        .into()
}

fn expand(input: &DeriveInput) -> Result<TokenStream> {
    if !input.generics.params.is_empty() {
        let message = "a type without parameters is expected";
        return Err(Error::new_spanned(&input.generics, message));
    }
    let container = Container::of(&input.attrs)?;
    let name = &input.ident;
    let body = match (&container.from, &container.try_from, &input.data) {
        (Some(form), _, _) => of_form(form),
        (None, Some(form), _) => of_tried_form(form),
        (None, None, Data::Struct(data)) => match &data.fields {
            Fields::Named(fields) => of_struct(name, &container, &fields.named)?,
            Fields::Unnamed(fields) if fields.unnamed.len() == 1 => newtype(&data.fields),
            other => {
                let message = "named fields or one value are expected";
                return Err(Error::new_spanned(other, message));
            }
        },
        (None, None, Data::Enum(data)) => of_enum(&container, &data.variants)?,
        (None, None, Data::Union(_)) => {
            return Err(Error::new_spanned(name, "no union is readable"));
        }
    };
    let Parts {
        tables,
        shape,
        read,
        straight,
    } = body;
    if container.straight && straight.is_empty() {
        let message = "only a struct with named fields is read straight";
        return Err(Error::new_spanned(name, message));
    }
    Ok(quote! {
        const _: () = {
            #tables

            #[automatically_derived]
            impl ::loyalty_core::read::document::Readable for #name {
                fn shape() -> ::loyalty_core::read::document::Shape {
                    #shape
                }

                fn read(reader: &mut ::loyalty_core::read::document::Reader<'_>) -> Self {
                    #read
                }

                #straight
            }

            #[automatically_derived]
            impl<'de> ::loyalty_core::read::document::Deserialize<'de> for #name {
                fn deserialize<D: ::loyalty_core::read::document::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                    ::loyalty_core::read::document::through(deserializer)
                }
            }
        };
    })
}

/// What is written for a type.
struct Parts {
    tables: TokenStream,
    shape: TokenStream,
    read: TokenStream,
    /// The function that reads it straight, if there is one.
    straight: TokenStream,
}

/// A type that is read as another one and made of it.
fn of_form(form: &syn::Path) -> Parts {
    Parts {
        tables: TokenStream::new(),
        shape: quote!(<#form as ::loyalty_core::read::document::Readable>::shape()),
        read: quote!(<Self as From<#form>>::from(<#form as ::loyalty_core::read::document::Readable>::read(reader))),
        straight: TokenStream::new(),
    }
}

/// The same where not every value will do.
fn of_tried_form(form: &syn::Path) -> Parts {
    Parts {
        tables: TokenStream::new(),
        shape: quote! {
            ::loyalty_core::read::document::Shape::Tried(
                <#form as ::loyalty_core::read::document::Readable>::shape,
                ::loyalty_core::read::document::refusal::<#form, Self>(),
            )
        },
        read: quote!(reader.tried::<#form, Self>()),
        straight: TokenStream::new(),
    }
}

fn newtype(fields: &Fields) -> Parts {
    let inner = fields.iter().map(|field| &field.ty);
    let inner = quote!(#(#inner)*);
    Parts {
        tables: TokenStream::new(),
        shape: quote!(<#inner as ::loyalty_core::read::document::Readable>::shape()),
        read: quote!(Self(<#inner as ::loyalty_core::read::document::Readable>::read(reader))),
        straight: TokenStream::new(),
    }
}

fn of_struct<'a>(
    name: &Ident,
    container: &Container,
    all: impl IntoIterator<Item = &'a Field>,
) -> Result<Parts> {
    let (mut rows, mut values) = (TokenStream::new(), TokenStream::new());
    // Reading straight: a slot for each field, what puts a value there, and the fields of them.
    let (mut slots, mut puts, mut taken) =
        (TokenStream::new(), TokenStream::new(), TokenStream::new());
    for field in all {
        let of = Of::field(&field.attrs)?;
        let (Some(ident), ty) = (&field.ident, &field.ty) else {
            return Err(Error::new_spanned(field, "a field with a name is expected"));
        };
        if of.skip {
            values.extend(quote!(#ident: Default::default(),));
            taken.extend(quote!(#ident: Default::default(),));
            continue;
        }
        let name = of.rename.unwrap_or_else(|| ident.to_string());
        let form = match &of.with {
            Some(module) => quote!(#module::Form),
            None => quote!(#ty),
        };
        let (needed, value, slot) = match &of.missing {
            Missing::Fault => (true, quote!(reader.needed()), quote!(#ident?)),
            Missing::Default => {
                let slot = quote!(#ident.unwrap_or_default());
                (false, quote!(reader.or_default()), slot)
            }
            Missing::Call(path) => {
                let slot = quote!(#ident.unwrap_or_else(#path));
                (false, quote!(reader.or(#path)), slot)
            }
        };
        slots.extend(quote!(let mut #ident: Option<#form> = None;));
        puts.extend(quote!(#name => input.field(&mut #ident),));
        taken.extend(match &of.with {
            None => quote!(#ident: #slot,),
            Some(_) => quote!(#ident: { let form: #form = #slot; form.into() },),
        });
        rows.extend(quote! {
            ::loyalty_core::read::document::Field {
                name: #name,
                shape: <#form as ::loyalty_core::read::document::Readable>::shape,
                needed: #needed,
            },
        });
        values.extend(match &of.with {
            None => quote!(#ident: #value,),
            Some(_) => quote!(#ident: { let form: #form = #value; form.into() },),
        });
    }
    let (words, open) = (format!("struct {name}"), !container.deny_unknown_fields);
    let straight = container.straight.then(|| {
        quote! {
            fn straight(
                input: &mut ::loyalty_core::read::document::Straight<'_>,
            ) -> Option<Self> {
                #slots
                input.object(|key, input| match key {
                    #puts
                    _ => None,
                })?;
                Some(Self { #taken })
            }
        }
    });
    Ok(Parts {
        tables: quote! {
            static FIELDS: ::loyalty_core::read::document::Fields = ::loyalty_core::read::document::Fields {
                words: #words,
                open: #open,
                all: &[#rows],
            };
        },
        shape: quote!(::loyalty_core::read::document::Shape::Object(&FIELDS)),
        read: quote! {
            reader.enter(&FIELDS);
            Self { #values }
        },
        straight: straight.unwrap_or_default(),
    })
}

fn of_enum<'a>(container: &Container, all: impl IntoIterator<Item = &'a Variant>) -> Result<Parts> {
    let (mut rows, mut arms) = (TokenStream::new(), Vec::new());
    // What is given where none of them fits: one without content, or else the first.
    let mut other = 0;
    for (place, variant) in all.into_iter().enumerate() {
        let of = Of::field(&variant.attrs)?;
        let ident = &variant.ident;
        let text = of.rename.unwrap_or_else(|| {
            if container.snake_case {
                snake_case(&ident.to_string())
            } else {
                ident.to_string()
            }
        });
        let (content, arm) = match &variant.fields {
            Fields::Unit => (quote!(Unit), quote!(Self::#ident)),
            Fields::Unnamed(inner) if inner.unnamed.len() == 1 => {
                let inner = inner.unnamed.iter().map(|field| &field.ty);
                let inner = quote!(#(#inner)*);
                (
                    quote!(One(<#inner as ::loyalty_core::read::document::Readable>::shape)),
                    quote!(Self::#ident(<#inner as ::loyalty_core::read::document::Readable>::read(reader))),
                )
            }
            other => return Err(Error::new_spanned(other, "at most one value is expected")),
        };
        rows.extend(quote! {
            ::loyalty_core::read::document::Variant { name: #text, content: ::loyalty_core::read::document::Content::#content },
        });
        if matches!(variant.fields, Fields::Unit) {
            other = place;
        }
        arms.push((place, arm));
    }
    if arms.is_empty() {
        let message = "at least one variant is expected";
        return Err(Error::new(Span::call_site(), message));
    }
    let (_, last) = arms.remove(other);
    let arms = arms.iter().map(|(place, arm)| quote!(#place => #arm,));
    Ok(Parts {
        tables: quote!(static VARIANTS: &[::loyalty_core::read::document::Variant] = &[#rows];),
        shape: quote!(::loyalty_core::read::document::Shape::Choice(VARIANTS)),
        read: quote! {
            match reader.variant(VARIANTS) {
                #(#arms)*
                _ => #last,
            }
        },
        straight: TokenStream::new(),
    })
}

/// `PerLine` as `per_line`.
fn snake_case(name: &str) -> String {
    let mut snake = String::new();
    for character in name.chars() {
        if character.is_uppercase() && !snake.is_empty() {
            snake.push('_');
        }
        snake.extend(character.to_lowercase());
    }
    snake
}
