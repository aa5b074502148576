package bench

// MaxPortalPage bounds the pages of the contract portal: milliseconds of 99 % of requests, among a million contracts.
const MaxPortalPage = 50.0

// PortalFigures are those of the contract portal's pages, on PostgreSQL.
type PortalFigures struct {
	Contracts  int     `json:"contracts"`
	Contacts   int     `json:"contacts"`       // signed in
	Most       int     `json:"most_contracts"` // that one of them has
	Unfiltered Latency `json:"list"`           // GET /portal/contracts
	Filtered   Latency `json:"list_filtered"`  // by end of support, the second page
	Contract   Latency `json:"contract"`       // GET /portal/contracts/LICENSE
	Search     Latency `json:"search"`         // POST /portal/search, by license ID and by activation code in turn
}

// Pages names the figures for people, in the order they are told.
func (f PortalFigures) Pages() []PortalPage {
	return []PortalPage{
		{"list of contracts", f.Unfiltered}, {"list by end of support", f.Filtered}, {"contract", f.Contract}, {"search", f.Search},
	}
}

// PortalPage is one page's figures.
type PortalPage struct {
	Name string
	Latency
}

// portalChecks puts the pages' figures beside their bound.
func portalChecks(f PortalFigures, atMost func(name string, value, bound float64)) {
	if f.Contracts == 0 {
		return // figures of old have none
	}
	for _, p := range f.Pages() {
		atMost("PostgreSQL: portal, "+p.Name+", p99 in ms", p.P99, MaxPortalPage)
	}
}
