package events

// YouthRegistered begins a youth's history in the ledger. When it was recorded counts, not its own date.
type YouthRegistered struct {
	BirthDate    Date
	Municipality string
	District     string // optional: Oslo's districts run child welfare
}

// BirthDateCorrected gives another birth date. When it was recorded counts, not its own date.
type BirthDateCorrected struct {
	BirthDate Date
	Reason    BirthDateReason
}

// ResponsibilityAssigned makes a municipality responsible from its date on.
type ResponsibilityAssigned struct {
	Municipality string
	District     string // optional
	Basis        ResponsibilityBasis
}

// ResidenceChanged is a move. By itself it moves no responsibility.
type ResidenceChanged struct{ Municipality string }

// AddressProtected: the address is confidential from its date on.
type AddressProtected struct{ Class AddressClass }

// AddressProtectionLifted ends the protection of an address.
type AddressProtectionLifted struct{ Class AddressClass }

// YouthDied ends every measure and duty on its day.
type YouthDied struct{}

// YouthMerged: the same person had two ids, a D-number or DUF number first.
type YouthMerged struct {
	Into   string
	Reason string // optional: a code of the emitter, such as d_number
}

func (*YouthRegistered) event()         {}
func (*BirthDateCorrected) event()      {}
func (*ResponsibilityAssigned) event()  {}
func (*ResidenceChanged) event()        {}
func (*AddressProtected) event()        {}
func (*AddressProtectionLifted) event() {}
func (*YouthDied) event()               {}
func (*YouthMerged) event()             {}

func (e *YouthRegistered) fields(f *form) {
	f.date("birthDate", &e.BirthDate, false)
	f.text("municipality", &e.Municipality, municipality, false)
	f.text("district", &e.District, district, true)
}

func (e *BirthDateCorrected) fields(f *form) {
	f.date("birthDate", &e.BirthDate, false)
	code(f, "reason", &e.Reason, birthDateReasons, false)
}

func (e *ResponsibilityAssigned) fields(f *form) {
	f.text("municipality", &e.Municipality, municipality, false)
	f.text("district", &e.District, district, true)
	code(f, "basis", &e.Basis, responsibilityBases, false)
}

func (e *ResidenceChanged) fields(f *form) {
	f.text("municipality", &e.Municipality, municipality, false)
}

func (e *AddressProtected) fields(f *form) {
	code(f, "class", &e.Class, addressClasses, false)
}

func (e *AddressProtectionLifted) fields(f *form) {
	code(f, "class", &e.Class, addressClasses, false)
}

func (*YouthDied) fields(*form) {}

func (e *YouthMerged) fields(f *form) {
	f.text("into", &e.Into, youthID, false)
	f.text("reason", &e.Reason, reasonCode, true)
}
