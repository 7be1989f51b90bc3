//! Pictures drawn from a product's name: always the same for the same name, so that nothing has to be stored.

use maud::{Markup, PreEscaped, html};

/// Numbers that a name stands for (FNV-1a, then xorshift).
struct Seed(u64);

impl Seed {
    fn of(name: &str) -> Self {
        Self(name.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x100_0000_01b3)
        }))
    }

    /// A number below `limit`.
    fn below(&mut self, limit: u32) -> u32 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        u32::try_from(self.0 % u64::from(limit)).unwrap_or_default()
    }
}

/// A rope coiled over a sea of the product's own colour.
pub fn picture(name: &str) -> Markup {
    let mut seed = Seed::of(name);
    let hue = seed.below(360);
    let path = rope(&mut seed);
    html! {
        svg.art viewBox="0 0 200 200" preserveAspectRatio="xMidYMid slice" aria-hidden="true" {
            rect width="200" height="200" fill={ "hsl(" (hue) " 38% 82%)" } {}
            circle cx=(40 + seed.below(120)) cy=(40 + seed.below(120)) r=(40 + seed.below(40)) fill={ "hsl(" ((hue + 30) % 360) " 45% 74%)" } {}
            path d=(path) fill="none" stroke={ "hsl(" (hue) " 30% 28%)" } stroke-width="15" stroke-linecap="round" stroke-linejoin="round" {}
            path d=(path) fill="none" stroke="hsl(38 55% 70%)" stroke-width="11" stroke-linecap="round" stroke-linejoin="round" {}
            path d=(path) fill="none" stroke="hsl(33 45% 52%)" stroke-width="9" stroke-dasharray="2 7" {}
        }
    }
}

/// A trochoid across the picture: the line of a rope laid in loops, as points of a polyline.
fn rope(seed: &mut Seed) -> String {
    let turns = f64::from(2 + seed.below(4));
    let (height, radius) = (f64::from(85 + seed.below(40)), f64::from(28 + seed.below(26)));
    let slope = f64::from(seed.below(60)) - 30.0;
    let steps = 160;
    let points = (0..=steps).map(|step| {
        let along = f64::from(step) / f64::from(steps);
        let angle = along * turns * std::f64::consts::TAU;
        let x = 260.0 * along - 30.0 - radius * angle.sin();
        let y = height + slope * (along - 0.5) + radius * angle.cos();
        format!("{x:.1} {y:.1}")
    });
    format!("M {}", points.collect::<Vec<_>>().join(" L "))
}

/// The shop's mark: a loop of rope.
pub fn mark() -> Markup {
    PreEscaped(r#"<svg viewBox="0 0 24 24" width="24" height="24" fill="none" stroke="currentColor" stroke-width="2.4" stroke-linecap="round" aria-hidden="true"><path d="M4 20c8 0 15-4 15-11a6 6 0 0 0-12 0c0 7 6 11 13 11"/></svg>"#.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_has_one_picture_and_two_names_have_two() {
        let drawn = |name| picture(name).into_string();
        assert_eq!(drawn("deck-block"), drawn("deck-block"));
        assert_ne!(drawn("deck-block"), drawn("deck-blocks"));
    }
}
