//! Whom a metric or a cohort table is about.

use super::occasions::{History, Occasions};

/// The customers a metric is about: all of them, or those of one segment.
#[derive(Debug, Clone, Copy)]
pub struct Population<'a> {
    occasions: &'a Occasions,
    members: Option<&'a [u32]>,
}

impl<'a> Population<'a> {
    /// All customers.
    #[must_use]
    pub fn all(occasions: &'a Occasions) -> Self {
        Self {
            occasions,
            members: None,
        }
    }

    /// The customers with these numbers (ascending, without repeats).
    #[must_use]
    pub fn of(occasions: &'a Occasions, members: &'a [u32]) -> Self {
        Self {
            occasions,
            members: Some(members),
        }
    }

    /// The occasions of everybody.
    #[must_use]
    pub fn occasions(&self) -> &'a Occasions {
        self.occasions
    }

    /// The last business day that exists.
    #[must_use]
    pub fn as_of(&self) -> i32 {
        self.occasions.as_of()
    }

    /// How many customers there are, with or without an occasion.
    #[must_use]
    pub fn len(&self) -> usize {
        self.members
            .map_or(self.occasions.customers(), <[u32]>::len)
    }

    /// Whether nobody is in the population.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Whether a customer is in the population.
    #[must_use]
    pub fn contains(&self, customer: u32) -> bool {
        match self.members {
            None => (customer as usize) < self.occasions.customers(),
            Some(members) => members.binary_search(&customer).is_ok(),
        }
    }

    /// The histories of the population, by customer number.
    pub fn histories(&self) -> impl Iterator<Item = History<'a>> + '_ {
        (0..self.len()).map(move |position| {
            let customer = self
                .members
                .map_or(position as u32, |members| members[position]);
            self.occasions.history(customer)
        })
    }
}
