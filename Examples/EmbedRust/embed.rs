// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
//! An emulator in Rust: a guest that programs a counter, the instructions that it executes, an overflow, a PMI.
//!
//!     rustc -L /usr/lib embed.rs
mod vpmu;

use vpmu::{Access, Error, Machine};

const PERFEVTSEL0: u32 = 0x186;
const PMC0: u32 = 0xC1;
const GLOBAL_STATUS: u32 = 0x38E;
const GLOBAL_CTRL: u32 = 0x38F;
const INSTRUCTIONS: u64 = 0xC0;

fn main() {
    if let Err(error) = run() {
        eprintln!("error {}: {}", error.code, error.text);
        std::process::exit(1);
    }
}

fn run() -> Result<(), Error> {
    let machine = Machine::new("intel-v2")?;
    let mut cpu = machine.cpu()?;
    cpu.write_msr(GLOBAL_CTRL, 1)?;
    cpu.write_msr(PMC0, 1000u64.wrapping_neg())?;
    cpu.write_msr(PERFEVTSEL0, 0x51_0000 | INSTRUCTIONS)?;
    assert_eq!(cpu.write_msr(PERFEVTSEL0, 1 << 40)?, Access::GeneralProtection);
    assert_eq!(cpu.write_msr(0x10, 0)?, Access::Unhandled);

    let mut left = 2500;
    while left > 0 {
        if cpu.enter()? {
            println!("PMI: status {:?}, counter {:?}", cpu.read_msr(GLOBAL_STATUS)?, cpu.read_msr(PMC0)?);
        }
        let executed = left.min(cpu.next_overflow(INSTRUCTIONS, 3));
        cpu.count(INSTRUCTIONS, 3, executed)?;
        left -= executed;
    }
    println!("counter 0: {:?}, {}", cpu.read_msr(PMC0)?, cpu.counter(0)?);
    Ok(())
}
