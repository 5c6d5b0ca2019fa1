//! Waiting until everything before has happened, so that a lookup can be measured from start to end.

/// Nothing that comes later in the program begins before everything earlier is done, loads that only a branch depends on
/// included. Without it a processor guesses the answer to "is this the right key?" and starts on the next request.
#[inline(always)]
#[allow(unsafe_code, reason = "the instruction has no safe form; it touches no memory")]
pub fn finish_everything() {
    #[cfg(target_arch = "x86_64")]
    // SAFETY: LFENCE is part of SSE2, which every x86-64 processor has, and has no operands.
    unsafe {
        std::arch::x86_64::_mm_lfence();
    }
    #[cfg(not(target_arch = "x86_64"))]
    std::sync::atomic::fence(std::sync::atomic::Ordering::SeqCst);
}
