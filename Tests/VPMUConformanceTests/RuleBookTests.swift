import Testing
import VPMUConformance

@Suite("RuleBook")
struct RuleBookTests {
  @Test("Rule ids have one form, occur once, and come by group in the order of the groups")
  func ids() throws {
    var groups: [RuleGroup] = []
    for rule in RuleBook.all {
      #expect(rule.id.wholeMatch(of: /VPMU-[A-Z]{3}-[0-9]{3}/) != nil, "\(rule.id)")
      #expect(rule.id.hasPrefix("VPMU-\(rule.group.rawValue)-"))
      if groups.last != rule.group { groups.append(rule.group) }
    }
    #expect(Set(RuleBook.all.map(\.id)).count == RuleBook.all.count)
    #expect(groups == RuleGroup.allCases.filter { groups.contains($0) })
  }

  @Test("A rule comes after its prerequisites in the rule book")
  func prerequisites() {
    var known: Set<String> = []
    for rule in RuleBook.all {
      for id in rule.prerequisites { #expect(known.contains(id), "\(id) for \(rule.id)") }
      known.insert(rule.id)
    }
  }

  @Test("Every rule has a sentence, a reference and a consequence, of one line each")
  func texts() {
    for rule in RuleBook.all {
      for text in [rule.sentence, rule.reference, rule.consequence] {
        #expect(!text.isEmpty && !text.contains("\n") && !text.contains("|"), "\(rule.id): \(text)")
      }
      #expect(rule.sentence.hasSuffix(".") && rule.consequence.hasSuffix("."), "\(rule.id)")
    }
  }
}
