//! Moments, dates, spans and deadlines.
