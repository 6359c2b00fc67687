import AMDModel
import IntelModel
import KVMPMU
import Testing
import VPMUModel

@Suite struct LVTPCTests {
  @Test func `A delivery mode and a vector say how the guest gets a PMI`() {
    #expect(LVTPC(rawValue: 0x400).delivery == .nmi)
    #expect(LVTPC(rawValue: 0x0F0).delivery == .fixed(0xF0))
    #expect(LVTPC(rawValue: 0x2F0).delivery == .other)
    #expect(LVTPC.nmi == LVTPC(rawValue: 0x400))
    #expect(LVTPC.fixed(0xF0).vector == 0xF0 && LVTPC.fixed(0xF0).deliveryMode == 0)
  }

  @Test(arguments: UInt8(0)...15)
  func `A fixed interrupt with a vector below 16 is delivered to no guest`(_ vector: UInt8) {
    #expect(LVTPC.fixed(vector).delivery == .other)
  }

  @Test func `The mask is bit 16 and leaves the other bits as they are`() {
    var lvtpc = LVTPC(rawValue: 0x10400)
    #expect(lvtpc.isMasked && lvtpc.delivery == .nmi && !LVTPC.nmi.isMasked)
    #expect(LVTPC.nmi.masked == lvtpc)
    lvtpc.isMasked = false
    #expect(lvtpc == .nmi)
    lvtpc.isMasked = true
    #expect(lvtpc.rawValue == 0x10400)
  }

  @Test func `LVTPC is MSR 834H in x2APIC mode, and at 340H of the page in xAPIC mode`() {
    #expect(LVTPC.msr == MSRNumber(0x834))
    #expect(LVTPC.pageOffset == 0x340)
    #expect(APICRegister.id.msr == MSRNumber(0x802))
    #expect(APICRegister.endOfInterrupt.msr == MSRNumber(0x80B))
    #expect(APICRegister.spuriousVector.msr == MSRNumber(0x80F))
  }

  @Test func `Intel's CPUs mask LVTPC on delivery, those of AMD do not`() {
    #expect(IntelModel().declaration.masksLVTPC)
    #expect(!AMDModel().declaration.masksLVTPC)
  }
}
