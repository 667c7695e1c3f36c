#![expect(clippy::float_arithmetic, reason = "statistics are floats")]
//! The functions behind the intervals: normal, beta, binomial, Student.
//!
//! Knows nothing of what they are used for. Kept here: inverses are found by halving, so that they
//! are as exact as the function that they invert.

/// Returns the share of a standard normal law above `x`.
pub(crate) fn normal_above(x: f64) -> f64 {
    0.5 * libm::erfc(x / core::f64::consts::SQRT_2)
}

/// Returns the value below which this share of a standard normal law lies.
///
/// # Examples
/// ```
/// use cutover::statistics::normal_quantile;
/// assert!((normal_quantile(0.975) - 1.959_963_985).abs() < 1e-9);
/// assert!((normal_quantile(0.2) + normal_quantile(0.8)).abs() < 1e-12);
/// ```
pub fn normal_quantile(share: f64) -> f64 {
    -inverse(normal_above, share, (-40.0, 40.0), Course::Falls)
}

/// Whether a function rises or falls.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Course {
    Rises,
    Falls,
}

/// Returns where a monotone function takes a value, by halving.
pub(super) fn inverse(
    function: impl Fn(f64) -> f64,
    value: f64,
    (mut low, mut high): (f64, f64),
    course: Course,
) -> f64 {
    for _ in 0..200 {
        let middle = low + (high - low) / 2.0;
        if middle <= low || middle >= high {
            break;
        }
        if (function(middle) < value) == (course == Course::Rises) {
            low = middle;
        } else {
            high = middle;
        }
    }
    low + (high - low) / 2.0
}

/// Returns the regularised incomplete beta function by its continued fraction.
pub(super) fn beta(x: f64, a: f64, b: f64) -> f64 {
    if x <= 0.0 {
        return 0.0;
    }
    if x >= 1.0 {
        return 1.0;
    }
    let front = libm::exp(
        a * libm::log(x) + b * libm::log1p(-x) + libm::lgamma(a + b)
            - libm::lgamma(a)
            - libm::lgamma(b),
    );
    // The fraction converges fast on the near side of the law's mean.
    if x < (a + 1.0) / (a + b + 2.0) {
        front * fraction(x, a, b) / a
    } else {
        1.0 - front * fraction(1.0 - x, b, a) / b
    }
}

#[expect(clippy::many_single_char_names, reason = "the names are those of the formula")]
/// The continued fraction of the incomplete beta function, by the algorithm of Lentz.
fn fraction(x: f64, a: f64, b: f64) -> f64 {
    const TINY: f64 = 1e-300;
    let held = |value: f64| if libm::fabs(value) < TINY { TINY } else { value };
    let mut c = 1.0;
    let mut d = 1.0 / held(1.0 - (a + b) * x / (a + 1.0));
    let mut value = d;
    let mut m = 1.0;
    while m < 100_000.0 {
        let even = m * (b - m) * x / ((a + 2.0 * m - 1.0) * (a + 2.0 * m));
        d = 1.0 / held(1.0 + even * d);
        c = held(1.0 + even / c);
        value *= c * d;
        let odd = -(a + m) * (a + b + m) * x / ((a + 2.0 * m) * (a + 2.0 * m + 1.0));
        d = 1.0 / held(1.0 + odd * d);
        c = held(1.0 + odd / c);
        let step = c * d;
        value *= step;
        if libm::fabs(step - 1.0) < 1e-15 {
            break;
        }
        m += 1.0;
    }
    value
}

/// Returns the value below which this share of a beta law lies.
pub(super) fn beta_quantile(share: f64, a: f64, b: f64) -> f64 {
    inverse(|x| beta(x, a, b), share, (0.0, 1.0), Course::Rises)
}

/// Returns the chance of at most `most` successes in `n` attempts.
pub(crate) fn binomial_at_most(most: f64, n: f64, chance: f64) -> f64 {
    if most < 0.0 {
        0.0
    } else if most >= n {
        1.0
    } else {
        beta(1.0 - chance, n - most, most + 1.0)
    }
}

/// Returns the value below which this share, at least a half, of Student's law lies.
pub(super) fn student_quantile(share: f64, freedom: f64) -> f64 {
    let above = |t: f64| 0.5 * beta(freedom / (freedom + t * t), freedom / 2.0, 0.5);
    inverse(above, 1.0 - share, (0.0, 1e6), Course::Falls)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn near(found: f64, expected: f64) {
        let off = libm::fabs(found - expected);
        assert!(off <= 1e-10 * libm::fabs(expected).max(1e-3), "{found} is not {expected}");
    }

    #[test]
    fn known_values_are_met() {
        near(normal_quantile(0.975), 1.959_963_984_540_05);
        near(normal_above(1.959_963_984_540_05), 0.025);
        near(beta(0.5, 2.0, 3.0), 0.6875);
        near(beta(0.2, 5.0, 1.0), 0.000_32);
        near(beta_quantile(0.5, 1.0, 1.0), 0.5);
        near(binomial_at_most(2.0, 5.0, 0.5), 0.5);
        near(binomial_at_most(0.0, 10.0, 0.1), 0.348_678_440_1);
        near(student_quantile(0.975, 1.0), 12.706_204_736_174_7);
        near(student_quantile(0.975, 10.0), 2.228_138_851_964_94);
        near(student_quantile(0.975, 1e5), 1.959_987_707_53);
    }

    #[test]
    fn the_binomial_law_agrees_with_adding_up() {
        let chance: f64 = 0.3;
        let (mut term, mut sum): (f64, f64) = (libm::pow(1.0 - chance, 25.0), 0.0);
        for k in 0..25_u32 {
            sum += term;
            near(binomial_at_most(f64::from(k), 25.0, chance), sum);
            term *= f64::from(25 - k) / f64::from(k + 1) * chance / (1.0 - chance);
        }
    }
}
