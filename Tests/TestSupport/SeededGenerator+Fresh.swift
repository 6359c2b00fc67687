import Glibc
import SeededRandom

extension SeededGenerator {
  /// A generator with the seed in the environment variable VPMU_SEED, or with a new one; the seed is printed.
  public static func fresh(_ purpose: String) -> SeededGenerator {
    let given = getenv("VPMU_SEED").flatMap { UInt64(String(cString: $0)) }
    let seed = given ?? UInt64.random(in: 1...999_999_999)
    print("seed of \(purpose): \(seed) (VPMU_SEED=\(seed) repeats it)")
    return SeededGenerator(seed: seed)
  }
}
