//! Places in a stream of bytes: an LSN in whole bytes, a position in motion in micro-bytes.
//!
//! Knows nothing of what moves. Bytes per second times microseconds are micro-bytes, so that no
//! movement is ever rounded.

use std::fmt::{self, Display};
use std::ops::Add;

/// A byte position in the WAL, printed as `PostgreSQL` prints it.
///
/// # Examples
/// ```
/// use cutover::kernel::Lsn;
/// assert_eq!(Lsn(0x3000060).to_string(), "0/3000060");
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub struct Lsn(pub u64);

impl Lsn {
    /// Returns the position in bytes.
    ///
    /// # Examples
    /// ```
    /// assert_eq!(cutover::kernel::Lsn(0x1_0000).get(), 65_536);
    /// ```
    pub const fn get(self) -> u64 {
        self.0
    }
}

impl Display for Lsn {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.pad(&format!("{:X}/{:X}", self.0 >> 32, self.0 & 0xFFFF_FFFF))
    }
}

/// A position in motion, in micro-bytes; its LSN is the last whole byte reached.
///
/// # Examples
/// ```
/// use cutover::kernel::{Lsn, Position};
/// let (one, two) = (Position::from_lsn(Lsn(1)), Position::from_lsn(Lsn(2)));
/// assert!(one < two);
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub struct Position(u128);

/// Micro-bytes in a byte.
const BYTE: u128 = 1_000_000;

impl Position {
    /// The beginning of the stream.
    ///
    /// # Examples
    /// ```
    /// use cutover::kernel::{Lsn, Position};
    /// assert_eq!(Position::ZERO, Position::from_lsn(Lsn(0)));
    /// assert!(Position::from_micro_bytes(1) > Position::ZERO);
    /// ```
    pub const ZERO: Self = Self(0);

    /// Returns the position of `count` micro-bytes.
    ///
    /// # Examples
    /// ```
    /// use cutover::kernel::{Lsn, Position};
    /// assert_eq!(Position::from_micro_bytes(2_500_000).lsn(), Lsn(2));
    /// ```
    pub const fn from_micro_bytes(count: u128) -> Self {
        Self(count)
    }

    /// Returns the position at which the last byte before `lsn` is complete.
    ///
    /// # Examples
    /// ```
    /// use cutover::kernel::{Lsn, Position};
    /// assert_eq!(Position::from_lsn(Lsn(7)).lsn(), Lsn(7));
    /// ```
    pub fn from_lsn(lsn: Lsn) -> Self {
        Self(u128::from(lsn.0) * BYTE)
    }

    /// Returns the last whole byte reached.
    ///
    /// # Examples
    /// ```
    /// use cutover::kernel::{Lsn, Position};
    /// assert_eq!(Position::ZERO.lsn(), Lsn(0));
    /// ```
    pub fn lsn(self) -> Lsn {
        Lsn(u64::try_from(self.0 / BYTE).unwrap_or(u64::MAX))
    }

    /// Returns the position in micro-bytes.
    ///
    /// # Examples
    /// ```
    /// use cutover::kernel::{Lsn, Position};
    /// assert_eq!(Position::from_lsn(Lsn(7)).micro_bytes(), 7_000_000);
    /// ```
    pub const fn micro_bytes(self) -> u128 {
        self.0
    }

    /// Returns the distance back to `less`, at least zero.
    ///
    /// # Examples
    /// ```
    /// use cutover::kernel::{Lsn, Position};
    /// let at = |lsn| Position::from_lsn(Lsn(lsn));
    /// assert_eq!(at(7).minus(at(5)), at(2));
    /// ```
    #[must_use]
    pub const fn minus(self, less: Self) -> Self {
        Self(self.0.saturating_sub(less.0))
    }

    /// Returns the position reached after `micros` microseconds at `rate` bytes per second.
    pub(crate) fn moved(self, rate: u64, micros: u64) -> Self {
        self + Self(u128::from(rate) * u128::from(micros))
    }
}

impl Add for Position {
    type Output = Self;

    fn add(self, more: Self) -> Self {
        Self(self.0.saturating_add(more.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_lsn_prints_as_the_server_prints_it() {
        assert_eq!(Lsn(0x0300_0060).to_string(), "0/3000060");
        assert_eq!(Lsn(0x0001_ABCD_0000_00FF).to_string(), "1ABCD/FF");
    }

    #[test]
    fn a_position_is_the_floor_of_its_bytes() {
        let position = Position::ZERO.moved(3, 333_333);
        assert_eq!(position.micro_bytes(), 999_999);
        assert_eq!(position.lsn(), Lsn(0));
        assert_eq!(position.moved(1, 1).lsn(), Lsn(1));
        assert_eq!(Position::from_lsn(Lsn(u64::MAX)).lsn(), Lsn(u64::MAX));
        assert_eq!(Position::ZERO.minus(position), Position::ZERO);
        assert_eq!(Position(u128::MAX) + position, Position(u128::MAX));
    }
}
