//! The functions with names, for WebAssembly alone. Lengths and addresses are bytes in the instance's memory. Each is a line over
//! [`Boundary`]; nothing is imported, so no call can come in while another runs.

#![allow(unsafe_code, reason = "names that JavaScript can call, and one place for the state of the instance")]

use core::cell::RefCell;

use crate::boundary::{Boundary, Failure};
use crate::handles::Handle;

/// The form of what crosses; `@trailmark/runtime` refuses any other.
const ABI: u32 = 1;

#[global_allocator]
static ALLOCATOR: dlmalloc::GlobalDlmalloc = dlmalloc::GlobalDlmalloc;

#[panic_handler]
fn panic(_: &core::panic::PanicInfo<'_>) -> ! {
    core::arch::wasm32::unreachable()
}

struct Instance(RefCell<Boundary>);

// SAFETY: it is built without threads (the feature `atomics` is off), so there is one that could ever reach it.
#[cfg(not(target_feature = "atomics"))]
unsafe impl Sync for Instance {}

static INSTANCE: Instance = Instance(RefCell::new(Boundary::new()));

fn with<T>(call: impl FnOnce(&mut Boundary) -> T) -> T {
    call(&mut INSTANCE.0.borrow_mut())
}

/// The address of a buffer; 0 if there was no memory for it.
fn address(buffer: Option<&mut [u8]>) -> *mut u8 {
    buffer.map_or(core::ptr::null_mut(), <[u8]>::as_mut_ptr)
}

fn length(result: Result<(), Failure>, boundary: &Boundary) -> i32 {
    match result {
        Ok(()) => boundary.output().len() as i32,
        Err(failure) => failure as i32,
    }
}

// SAFETY of the names below: no other function of this library or of what it is linked with has one of them.

#[unsafe(no_mangle)]
extern "C" fn trailmark_abi() -> u32 {
    ABI
}

#[unsafe(no_mangle)]
extern "C" fn trailmark_format() -> u32 {
    trailmark::format::VERSION
}

#[unsafe(no_mangle)]
extern "C" fn room(len: usize) -> *mut u8 {
    with(|boundary| address(boundary.room(len)))
}

/// 0 if it can't be opened; `output` then says why, in `output_len` bytes.
#[unsafe(no_mangle)]
extern "C" fn open() -> Handle {
    with(|boundary| boundary.open().unwrap_or(0))
}

#[unsafe(no_mangle)]
extern "C" fn close(handle: Handle) -> u32 {
    with(|boundary| boundary.close(handle).into())
}

#[unsafe(no_mangle)]
extern "C" fn open_count() -> usize {
    with(|boundary| boundary.open_count())
}

#[unsafe(no_mangle)]
extern "C" fn input(len: usize) -> *mut u8 {
    with(|boundary| address(boundary.input(len)))
}

/// The length of the answer, or a failure.
#[unsafe(no_mangle)]
extern "C" fn answer(handle: Handle, request_len: usize) -> i32 {
    with(|boundary| {
        let result = boundary.answer(handle, request_len);
        length(result, boundary)
    })
}

/// The length of the answer that takes the place of the Worker's, 0 for none, or a failure.
#[unsafe(no_mangle)]
extern "C" fn guard(handle: Handle, request_len: usize, status: u32) -> i32 {
    with(|boundary| {
        let result = boundary.guard(handle, request_len, status as u16);
        length(result, boundary)
    })
}

#[unsafe(no_mangle)]
extern "C" fn output() -> *const u8 {
    with(|boundary| boundary.output().as_ptr())
}

#[unsafe(no_mangle)]
extern "C" fn output_len() -> usize {
    with(|boundary| boundary.output().len())
}
