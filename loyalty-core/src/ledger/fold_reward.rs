//! Issued rewards: ready, held, used, void.

use super::account::{Account, ReadyState, Reward, RewardState, UsedState, VoidState};
use super::entry::{RewardIssueEntry, RewardUseEntry, RewardVoidEntry, VoidCause};
use super::error::{LedgerError, LedgerErrorKind};
use super::fold::GroupContext;
use super::wallet::number;

impl Account {
    /// An issued reward by its number.
    #[must_use]
    pub fn reward(&self, issue: u64) -> Option<&Reward> {
        self.rewards.get(usize::try_from(issue).ok()?)
    }

    /// The rewards that can be used or are held, with their numbers.
    pub fn open_rewards(&self) -> impl Iterator<Item = (u64, &Reward)> {
        let numbered = self.rewards.iter().enumerate().skip(self.first_ready);
        numbered
            .filter(|(_, reward)| reward.state.is_open())
            .map(|(at, reward)| (number(at), reward))
    }

    pub(super) fn reward_issue(
        &mut self,
        entry: &RewardIssueEntry,
        context: &GroupContext<'_>,
    ) -> Result<(), LedgerError> {
        let allowed = number(self.rewards.len());
        if entry.issue != allowed {
            return Err(LedgerErrorKind::Number {
                what: "issued reward",
                found: entry.issue,
                allowed,
            }
            .into());
        }
        self.rewards.push(Reward {
            reward: entry.reward.clone(),
            cause: entry.cause.clone(),
            expiry: entry.expiry,
            issued: context.occurred,
            state: RewardState::Ready(ReadyState {}),
        });
        Ok(())
    }

    /// Uses a reward; one that is held leaves its hold.
    pub(super) fn reward_use(&mut self, entry: &RewardUseEntry) -> Result<(), LedgerError> {
        let used = UsedState {
            purchase: entry.purchase.clone(),
            value: entry.value,
        };
        self.move_reward(entry.issue, "used", |state| match state {
            RewardState::Ready(_) | RewardState::Held(_) => Some(RewardState::Used(used)),
            _ => None,
        })?;
        for hold in &mut self.holds {
            hold.issues.retain(|issue| *issue != entry.issue);
        }
        Ok(())
    }

    pub(super) fn reward_void(&mut self, entry: &RewardVoidEntry) -> Result<(), LedgerError> {
        let void = RewardState::Void(VoidState { cause: entry.cause });
        let lapsed = entry.cause == VoidCause::Expired;
        self.move_reward(entry.issue, "void", |state| match state {
            RewardState::Ready(_) => Some(void),
            RewardState::Used(_) if !lapsed => Some(void),
            RewardState::Void(before) if !lapsed && before.cause == VoidCause::Expired => {
                Some(void)
            }
            _ => None,
        })
    }

    /// Moves a reward to its next state, where its state allows it.
    pub(super) fn move_reward(
        &mut self,
        issue: u64,
        to: &'static str,
        next: impl FnOnce(&RewardState) -> Option<RewardState>,
    ) -> Result<(), LedgerError> {
        let allowed = self.rewards.len();
        let at = usize::try_from(issue).unwrap_or(usize::MAX);
        let Some(reward) = self.rewards.get_mut(at) else {
            return Err(LedgerErrorKind::UnknownReward {
                found: issue,
                allowed,
            }
            .into());
        };
        reward.state = next(&reward.state).ok_or_else(|| {
            LedgerError::state(
                "an issued reward",
                reward.state.name(),
                format!("a state that can be {to}"),
            )
        })?;
        while self
            .rewards
            .get(self.first_ready)
            .is_some_and(|reward| !reward.state.is_open())
        {
            self.first_ready = self.first_ready.saturating_add(1);
        }
        Ok(())
    }
}

impl RewardState {
    /// Whether the reward can be used now or after its hold.
    #[must_use]
    pub const fn is_open(&self) -> bool {
        matches!(self, Self::Ready(_) | Self::Held(_))
    }

    /// The state's name, as in JSON.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Ready(_) => "ready",
            Self::Held(_) => "held",
            Self::Used(_) => "used",
            Self::Void(_) => "void",
        }
    }
}
