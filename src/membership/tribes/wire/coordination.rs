//! Tokens by which nodes elect a coordinator (membership-wire.md §6.3). Sinew acknowledges and ignores them; they are
//! read so that they can be told from what is not understood.

use super::cursor::{Cursor, put_prefixed};
use super::record::LARGEST_RECORD;
use super::{MemberRecord, WireError};

/// A token of an election.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Coordination {
    /// Who should be the coordinator.
    pub leader: MemberRecord,
    /// Who made the token.
    pub source: MemberRecord,
    /// The nodes that it knows of, the lowest address first.
    pub view: Vec<MemberRecord>,
    /// The number of the view.
    pub view_id: [u8; 16],
    /// What is asked.
    pub round: Round,
}

/// Which half of an election it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Round {
    /// A view is proposed.
    Request,
    /// A view holds.
    Confirmation,
}

const HEADER: u128 = 0xaa26_dee3_9e5a_413f_af86_fa92_63ca_0d3f;
const REQUEST: u128 = 0x68a1_a4d6_72dc_47ed_b114_7a65_ffd0_cf1e;
const CONFIRMATION: u128 = 0x4358_6baa_4517_4cba_a5e9_a9e7_8356_4b14;

/// The most nodes in a view.
const LARGEST_VIEW: usize = 4096;

impl Coordination {
    /// Whether a message is such a token.
    pub fn recognises(message: &[u8]) -> bool {
        message.starts_with(&HEADER.to_be_bytes())
    }

    /// Reads the message of a token.
    ///
    /// # Errors
    /// It is none.
    pub fn decode(message: &[u8]) -> Result<Self, WireError> {
        let mut cursor = Cursor::new(message);
        cursor.expect(&HEADER.to_be_bytes(), "token of an election")?;
        let leader = record(&mut cursor)?;
        let source = record(&mut cursor)?;
        let count = cursor.length(LARGEST_VIEW, "the view")?;
        let view = (0..count).map(|_| record(&mut cursor)).collect::<Result<_, _>>()?;
        let view_id = cursor.array("the number of the view")?;
        let offset = cursor.offset();
        let round = match u128::from_be_bytes(cursor.array("the kind of token")?) {
            REQUEST => Round::Request,
            CONFIRMATION => Round::Confirmation,
            _ => return Err(WireError::Unexpected { offset, part: "kind of token" }),
        };
        cursor.end("a token")?;
        Ok(Self { leader, source, view, view_id, round })
    }

    /// The message.
    pub fn encode(&self) -> Vec<u8> {
        let mut message = HEADER.to_be_bytes().to_vec();
        put_prefixed(&mut message, &self.leader.encode());
        put_prefixed(&mut message, &self.source.encode());
        let count = i32::try_from(self.view.len()).expect("a view of some nodes");
        message.extend(count.to_be_bytes());
        for member in &self.view {
            put_prefixed(&mut message, &member.encode());
        }
        message.extend(self.view_id);
        let round = match self.round {
            Round::Request => REQUEST,
            Round::Confirmation => CONFIRMATION,
        };
        message.extend(round.to_be_bytes());
        message
    }
}

fn record(cursor: &mut Cursor<'_>) -> Result<MemberRecord, WireError> {
    let record = cursor.prefixed(LARGEST_RECORD, "a member record")?;
    MemberRecord::decode_whole(record, cursor.offset().saturating_sub(record.len()))
}
