//! Stamp cards: opened, stamped, filled, lapsed, opened again.

use crate::id::{CardId, PurchaseId};
use crate::number::SAFE_MAX;

use super::account::{Account, Card, Instance, InstanceState, StampRun};
use super::entry::{CardCompleteEntry, CardOpenEntry, StampEntry};
use super::error::{LedgerError, LedgerErrorKind};
use super::fold::GroupContext;

impl Account {
    /// The member's cards of one kind.
    #[must_use]
    pub fn card(&self, id: &CardId) -> Option<&Card> {
        self.cards.iter().find(|card| card.id == *id)
    }

    pub(super) fn card_or_new(&mut self, id: &CardId) -> Result<&mut Card, LedgerError> {
        let place = self.cards.partition_point(|card| card.id < *id);
        if self.cards.get(place).is_none_or(|card| card.id != *id) {
            let card = Card {
                id: id.clone(),
                instances: Vec::new(),
                first_open: 0,
                last_stamp: None,
            };
            self.cards.insert(place, card);
        }
        self.cards.get_mut(place).ok_or_else(|| {
            LedgerErrorKind::UnknownCard {
                card: id.clone(),
                instance: 0,
            }
            .into()
        })
    }

    /// Opens the next card, or one that was filled or lapsed again.
    pub(super) fn card_open(
        &mut self,
        entry: &CardOpenEntry,
        context: &GroupContext<'_>,
    ) -> Result<(), LedgerError> {
        let card = self.card_or_new(&entry.card)?;
        let place = usize::try_from(entry.instance).unwrap_or(usize::MAX);
        if let Some(instance) = card.instances.get_mut(place) {
            reopen(instance, entry)?;
            card.first_open = card.first_open.min(place);
            return Ok(());
        }
        if place != card.instances.len() {
            let allowed = super::wallet::number(card.instances.len());
            return Err(LedgerErrorKind::Number {
                what: "card",
                found: u64::from(entry.instance),
                allowed,
            }
            .into());
        }
        at_most(
            "the stamps on a card",
            i64::from(entry.start),
            i64::from(entry.target),
        )?;
        card.instances.push(Instance {
            target: entry.target,
            start: entry.start,
            stamps: Vec::new(),
            milestones: entry.milestones.clone(),
            opened: context.occurred,
            expiry: entry.expiry,
            state: InstanceState::Open,
        });
        Ok(())
    }

    /// Puts stamps on a card or takes those of one purchase off.
    ///
    /// A full card takes stamps too, up to its target: a return may take some off which the next
    /// ones fill.
    pub(super) fn stamp(
        &mut self,
        entry: &StampEntry,
        context: &GroupContext<'_>,
    ) -> Result<(), LedgerError> {
        // What a return moves up to another card is no new stamp.
        let sold = entry.purchase.as_ref().and_then(|id| self.purchase(id));
        let new = sold.is_none_or(|sold| sold.at == context.occurred);
        let (card, place) = self.known_card(&entry.card, entry.instance)?;
        let Some(instance) = card.instances.get_mut(place) else {
            return Ok(());
        };
        if entry.count > 0 {
            if instance.state == InstanceState::Lapsed {
                return Err(LedgerError::state(
                    "a card to stamp",
                    "lapsed",
                    "open or complete",
                ));
            }
            let total = i64::from(instance.count())
                .checked_add(entry.count)
                .unwrap_or(SAFE_MAX);
            at_most("the stamps on a card", total, i64::from(instance.target))?;
        }
        instance.add_run(entry.purchase.as_ref(), entry.count)?;
        if entry.count > 0 && new && entry.purchase.is_some() {
            card.last_stamp = Some(context.occurred);
        }
        Ok(())
    }

    pub(super) fn card_complete(&mut self, entry: &CardCompleteEntry) -> Result<(), LedgerError> {
        let (card, place) = self.known_card(&entry.card, entry.instance)?;
        let Some(instance) = card.instances.get_mut(place) else {
            return Ok(());
        };
        if instance.state != InstanceState::Open {
            return Err(LedgerError::state(
                "a card to end",
                instance.state.name(),
                "open",
            ));
        }
        if !entry.lapsed && instance.count() < instance.target {
            return Err(LedgerError::state(
                "the stamps on a card to complete",
                instance.count().to_string(),
                instance.target.to_string(),
            ));
        }
        instance.state = if entry.lapsed {
            InstanceState::Lapsed
        } else {
            InstanceState::Complete
        };
        card.advance();
        Ok(())
    }

    fn known_card(
        &mut self,
        id: &CardId,
        instance: u32,
    ) -> Result<(&mut Card, usize), LedgerError> {
        let place = usize::try_from(instance).unwrap_or(usize::MAX);
        let card = self
            .cards
            .iter_mut()
            .find(|card| card.id == *id && place < card.instances.len());
        match card {
            Some(card) => Ok((card, place)),
            None => Err(LedgerErrorKind::UnknownCard {
                card: id.clone(),
                instance,
            }
            .into()),
        }
    }
}

fn reopen(instance: &mut Instance, entry: &CardOpenEntry) -> Result<(), LedgerError> {
    if instance.state == InstanceState::Open {
        return Err(LedgerError::state(
            "a card to open again",
            "open",
            "complete or lapsed",
        ));
    }
    let same = (instance.target, instance.start) == (entry.target, entry.start);
    if !same || instance.milestones != entry.milestones {
        return Err(LedgerError::state(
            "the terms of a card to open again",
            "others",
            "those it had",
        ));
    }
    instance.state = InstanceState::Open;
    instance.expiry = entry.expiry;
    Ok(())
}

fn at_most(what: &'static str, found: i64, allowed: i64) -> Result<(), LedgerError> {
    if found > allowed {
        return Err(LedgerErrorKind::Exceeded {
            what,
            found,
            allowed,
        }
        .into());
    }
    Ok(())
}

impl Card {
    /// The cards being filled, with their numbers.
    pub fn open_instances(&self) -> impl Iterator<Item = (u32, &Instance)> {
        let numbered = self.instances.iter().enumerate().skip(self.first_open);
        numbered
            .filter(|(_, instance)| instance.state == InstanceState::Open)
            .filter_map(|(place, instance)| Some((u32::try_from(place).ok()?, instance)))
    }

    /// Moves the mark of the first open card over those that are full or lapsed.
    pub(super) fn advance(&mut self) {
        let closed = |instance: &Instance| instance.state != InstanceState::Open;
        while self.instances.get(self.first_open).is_some_and(closed) {
            self.first_open = self.first_open.saturating_add(1);
        }
    }
}

impl Instance {
    /// The stamps on the card, those that stood on it from the start with them.
    #[must_use]
    pub fn count(&self) -> u32 {
        self.stamps
            .iter()
            .fold(self.start, |sum, run| sum.saturating_add(run.count))
    }

    /// Adds stamps to, or takes them off, the run of a purchase.
    fn add_run(&mut self, purchase: Option<&PurchaseId>, count: i64) -> Result<(), LedgerError> {
        let place = self
            .stamps
            .iter()
            .position(|run| run.purchase.as_ref() == purchase);
        let stands = place
            .and_then(|place| self.stamps.get(place))
            .map_or(0, |run| run.count);
        let left = i64::from(stands).saturating_add(count);
        let Ok(left) = u32::try_from(left) else {
            let (what, found) = ("the stamps to take off a card", count.saturating_neg());
            return Err(LedgerErrorKind::Exceeded {
                what,
                found,
                allowed: i64::from(stands),
            }
            .into());
        };
        match place {
            Some(place) if left == 0 => drop(self.stamps.remove(place)),
            Some(place) => self
                .stamps
                .get_mut(place)
                .into_iter()
                .for_each(|run| run.count = left),
            None if left > 0 => self.stamps.push(StampRun {
                purchase: purchase.cloned(),
                count: left,
            }),
            None => {}
        }
        Ok(())
    }
}

impl InstanceState {
    /// The state's name, as in JSON.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Complete => "complete",
            Self::Lapsed => "lapsed",
        }
    }
}
