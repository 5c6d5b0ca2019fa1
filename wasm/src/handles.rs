//! Numbers for things that JavaScript holds. Given: a thing. Gives: a number for it, which stops being valid when the thing is
//! taken out, also if its place is used again.

use alloc::vec::Vec;

/// A number that JavaScript keeps: the place in the lowest 20 bits, above it how often that place was given out. Never 0.
pub type Handle = u32;

const PLACE_BITS: u32 = 20;
const MAX_PLACES: usize = 1 << PLACE_BITS;
const LAST_USE: u32 = u32::MAX >> PLACE_BITS;

/// Things, each with a handle.
#[derive(Debug)]
pub struct Handles<T> {
    places: Vec<Place<T>>,
    /// Empty places that can be given out again.
    free: Vec<u32>,
}

#[derive(Debug)]
struct Place<T> {
    /// How often it was given out, the present time included; from 1.
    uses: u32,
    thing: Option<T>,
}

impl<T> Handles<T> {
    /// None yet.
    pub const fn new() -> Self {
        Handles { places: Vec::new(), free: Vec::new() }
    }

    /// Takes a thing in. `None` if there are a million already (or a place for each was used up, which takes four thousand
    /// million handles).
    pub fn insert(&mut self, thing: T) -> Option<Handle> {
        if let Some(place) = self.free.pop() {
            let slot = self.places.get_mut(place as usize)?;
            slot.uses += 1;
            slot.thing = Some(thing);
            return Some(slot.uses << PLACE_BITS | place);
        }
        let place = u32::try_from(self.places.len()).ok().filter(|_| self.places.len() < MAX_PLACES)?;
        self.places.push(Place { uses: 1, thing: Some(thing) });
        Some(1 << PLACE_BITS | place)
    }

    /// The thing of a handle; `None` for one that was never given out, or whose thing is gone.
    pub fn get(&self, handle: Handle) -> Option<&T> {
        let place = self.places.get(handle as usize % MAX_PLACES)?;
        place.thing.as_ref().filter(|_| place.uses == handle >> PLACE_BITS)
    }

    /// Takes a thing out; `None` as for [`Handles::get`].
    pub fn remove(&mut self, handle: Handle) -> Option<T> {
        self.get(handle)?;
        let index = handle as usize % MAX_PLACES;
        let place = self.places.get_mut(index)?;
        // A place whose count is used up stays empty: an old handle must not become valid again.
        if place.uses < LAST_USE {
            self.free.push(index as u32);
        }
        place.thing.take()
    }

    /// How many there are.
    pub fn count(&self) -> usize {
        self.places.iter().filter(|place| place.thing.is_some()).count()
    }
}

impl<T> Default for Handles<T> {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn handle_of_something_gone_stays_invalid_when_its_place_is_used_again() {
        let mut handles = Handles::new();
        let first = handles.insert('a').unwrap();
        assert_eq!((handles.get(first), handles.get(0), handles.get(first + 1)), (Some(&'a'), None, None));
        assert_eq!(
            (handles.remove(first), handles.remove(first), handles.get(first)),
            (Some('a'), None, None)
        );
        let second = handles.insert('b').unwrap();
        assert_eq!(second as usize % MAX_PLACES, first as usize % MAX_PLACES);
        assert_eq!((handles.get(first), handles.get(second), handles.count()), (None, Some(&'b'), 1));
    }

    #[test]
    fn place_that_was_used_too_often_is_not_used_again() {
        let mut handles = Handles::new();
        let mut seen = std::collections::HashSet::new();
        for round in 0..3 * LAST_USE {
            let handle = handles.insert(round).unwrap();
            assert!(seen.insert(handle), "{handle} was given out twice");
            assert_eq!(handles.remove(handle), Some(round));
        }
        assert_eq!((handles.places.len(), handles.count()), (3, 0));
    }
}
