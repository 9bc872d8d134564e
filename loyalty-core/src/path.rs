//! Places in a document.
