//! A project that tests how it lives with failovers; what it is for does not matter here.
//!
//! Knows nothing of the inside of cutover. Kept here: nothing, its tests are what counts.
