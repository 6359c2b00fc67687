// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
//! A safe wrapper of libvpmu for emulators that report counts: what `embed.rs` needs of vpmu.h. Another program adds the
//! functions that it needs in the same way.

use std::ffi::{c_char, c_void, CStr, CString};
use std::marker::PhantomData;
use std::ptr;
use std::rc::Rc;

#[repr(C)]
struct ErrorInfo {
    code: i32,
    text: [c_char; 1020],
}

#[repr(C)]
struct MachineOptions {
    struct_size: u32,
    host: u32,
    model: *const c_char,
    preset: *const c_char,
    policy: *const c_char,
    cpuid: *const c_void,
    cpuid_count: u32,
    reserved0: u32,
    perf_capabilities: u64,
    perf: *const c_void,
    reported: *const c_void,
    callbacks: *const c_void,
}

#[repr(C)]
struct CounterInfo {
    struct_size: u32,
    counting: u32,
    reason: u32,
    error: i32,
    text: [c_char; 240],
}

#[link(name = "vpmu")]
extern "C" {
    fn vpmu_error_text(code: i32) -> *const c_char;
    fn vpmu_catalogue_new(search: *const c_void, catalogue: *mut *mut c_void, error: *mut ErrorInfo) -> i32;
    fn vpmu_catalogue_free(catalogue: *mut c_void);
    fn vpmu_machine_new(
        catalogue: *const c_void, options: *const MachineOptions, machine: *mut *mut c_void, error: *mut ErrorInfo,
    ) -> i32;
    fn vpmu_machine_free(machine: *mut c_void);
    fn vpmu_cpu_new(machine: *mut c_void, context: *mut c_void, cpu: *mut *mut c_void, error: *mut ErrorInfo) -> i32;
    fn vpmu_cpu_free(cpu: *mut c_void);
    fn vpmu_wrmsr(cpu: *mut c_void, msr: u32, value: u64, flags: u32) -> i32;
    fn vpmu_rdmsr(cpu: *mut c_void, msr: u32, flags: u32, value: *mut u64) -> i32;
    fn vpmu_enter(cpu: *mut c_void) -> i32;
    fn vpmu_count(cpu: *mut c_void, event: u64, cpl: u32, count: u64) -> i32;
    fn vpmu_next_overflow(cpu: *mut c_void, event: u64, cpl: u32) -> u64;
    fn vpmu_get_counter(cpu: *mut c_void, pmc: u32, info: *mut CounterInfo) -> i32;
}

const HOST_REPORTED: u32 = 1;

/// A negative code of the library, with its text.
#[derive(Debug)]
pub struct Error {
    pub code: i32,
    pub text: String,
}

/// What the guest gets for an access.
#[derive(Debug, PartialEq)]
pub enum Access<T> {
    Done(T),
    /// Inject #GP(0).
    GeneralProtection,
    /// No register of this PMU.
    Unhandled,
}

fn text(pointer: *const c_char) -> String {
    // The library's strings end in NUL and live during the call.
    unsafe { CStr::from_ptr(pointer) }.to_string_lossy().into_owned()
}

fn check(code: i32) -> Result<i32, Error> {
    if code >= 0 { Ok(code) } else { Err(Error { code, text: text(unsafe { vpmu_error_text(code) }) }) }
}

/// Calls a function that makes an object.
fn make(body: impl FnOnce(*mut *mut c_void, *mut ErrorInfo) -> i32) -> Result<*mut c_void, Error> {
    let mut object = ptr::null_mut();
    let mut error = ErrorInfo { code: 0, text: [0; 1020] };
    match body(&mut object, &mut error) {
        0 => Ok(object),
        code => Err(Error { code, text: text(error.text.as_ptr()) }),
    }
}

fn access<T>(code: i32, value: T) -> Result<Access<T>, Error> {
    Ok(match check(code)? {
        0 => Access::Done(value),
        1 => Access::GeneralProtection,
        _ => Access::Unhandled,
    })
}

/// The PMU of a virtual machine whose counts are reported.
pub struct Machine(*mut c_void);

// Functions of machines may be called on any thread.
unsafe impl Send for Machine {}
unsafe impl Sync for Machine {}

impl Machine {
    pub fn new(preset: &str) -> Result<Machine, Error> {
        let preset = CString::new(preset).map_err(|_| Error { code: -1, text: "the name holds a NUL".into() })?;
        let catalogue = make(|object, error| unsafe { vpmu_catalogue_new(ptr::null(), object, error) })?;
        let options = MachineOptions {
            struct_size: std::mem::size_of::<MachineOptions>() as u32,
            host: HOST_REPORTED,
            model: ptr::null(),
            preset: preset.as_ptr(),
            policy: ptr::null(),
            cpuid: ptr::null(),
            cpuid_count: 0,
            reserved0: 0,
            perf_capabilities: 0,
            perf: ptr::null(),
            reported: ptr::null(),
            callbacks: ptr::null(),
        };
        let machine = make(|object, error| unsafe { vpmu_machine_new(catalogue, &options, object, error) });
        unsafe { vpmu_catalogue_free(catalogue) };
        machine.map(Machine)
    }

    /// The PMU of a vCPU, bound to the calling thread.
    pub fn cpu(&self) -> Result<Cpu, Error> {
        let cpu = make(|object, error| unsafe { vpmu_cpu_new(self.0, ptr::null_mut(), object, error) })?;
        Ok(Cpu { cpu, thread: PhantomData })
    }
}

impl Drop for Machine {
    fn drop(&mut self) {
        unsafe { vpmu_machine_free(self.0) }
    }
}

/// The PMU of one vCPU. It stays on the thread that made it: `Rc` is not `Send`.
pub struct Cpu {
    cpu: *mut c_void,
    thread: PhantomData<Rc<()>>,
}

impl Cpu {
    pub fn write_msr(&mut self, msr: u32, value: u64) -> Result<Access<()>, Error> {
        access(unsafe { vpmu_wrmsr(self.cpu, msr, value, 0) }, ())
    }

    pub fn read_msr(&mut self, msr: u32) -> Result<Access<u64>, Error> {
        let mut value = 0;
        let code = unsafe { vpmu_rdmsr(self.cpu, msr, 0, &mut value) };
        access(code, value)
    }

    /// Whether a PMI is to be delivered.
    pub fn enter(&mut self) -> Result<bool, Error> {
        Ok(check(unsafe { vpmu_enter(self.cpu) })? == 1)
    }

    pub fn count(&mut self, event: u64, cpl: u32, count: u64) -> Result<(), Error> {
        check(unsafe { vpmu_count(self.cpu, event, cpl, count) }).map(|_| ())
    }

    /// Occurrences until the next report is due; `u64::MAX`: nothing counts the event.
    pub fn next_overflow(&mut self, event: u64, cpl: u32) -> u64 {
        unsafe { vpmu_next_overflow(self.cpu, event, cpl) }
    }

    /// The state of a counter in one sentence.
    pub fn counter(&mut self, pmc: u32) -> Result<String, Error> {
        let size = std::mem::size_of::<CounterInfo>() as u32;
        let mut info = CounterInfo { struct_size: size, counting: 0, reason: 0, error: 0, text: [0; 240] };
        check(unsafe { vpmu_get_counter(self.cpu, pmc, &mut info) })?;
        Ok(text(info.text.as_ptr()))
    }
}

impl Drop for Cpu {
    fn drop(&mut self) {
        unsafe { vpmu_cpu_free(self.cpu) }
    }
}
