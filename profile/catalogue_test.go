package profile_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/todoke/todoke/models"
)

// The products that applications.md names, by family, in the words of the page.
var named = map[string][]string{
	"V1": {
		"Endpoint Security", "Cyber Risk Exposure Management", "Container Security", "Zero Trust Secure Access",
		"Email and Collaboration Security", "Mobile Security", "XDR for Cloud", "for Networks", "for OT", "Forensics", "Credits",
	},
	"C1":  {"Conformity", "Workload", "File Storage", "Container", "Network", "Application Security"},
	"XDR": {"Cloud App Security", "Deep Discovery Inspector", "Apex One SaaS with XDR", "XDR Endpoint and Server", "Data Retention", "Data Storage"},
	"SAAS": {
		"Apex One SaaS", "Cloud App Security", "Email Security", "Web Security as a Service", "Sandbox as a Service", "VBBSS",
	},
	"ONPREM": {
		"Client/Server Suite Premium", "Corp. Edition Plus", "Apex One", "Portable Security 3 Renewal", "Campus Agreement", "K-12",
		"Mobile Security", "Deep Security", "ServerProtect", "InterScan", "InterScan WebManager", "Email Reputation Service", "EA-Pack",
		"Virus Buster for Business", "Apex Central", "Safe Lock",
	},
	"APPL": {"Deep Discovery", "EdgeFire Renewal", "EdgeIPS Renewal"},
	"SUPPORT": {
		"Service One Complete", "Service One Essentials", "TPS for Enterprise", "TPS for Partner",
		"TPRS for Enterprise", "TPRS for Partner",
	},
	"TIPPINGPOINT": {"TippingPoint"},
}

func TestCatalogueHoldsWhatTheDomainNames(t *testing.T) {
	c := defaultProfile(t).Catalogue()
	for family, names := range named {
		products := c.ProductsOf(family)
		for _, name := range names {
			if !slices.ContainsFunc(products, func(p models.Product) bool { return strings.Contains(p.Names.EN, name) }) {
				t.Errorf("family %s has no %s", family, name)
			}
		}
	}
	if len(c.Families()) != len(named) {
		t.Errorf("there are %d families, the domain has %d", len(c.Families()), len(named))
	}
}

func TestProductsThatAreNotTakenHere(t *testing.T) {
	var refused []string
	for _, p := range defaultProfile(t).Catalogue().Products() {
		if !p.ApplicationAccepted {
			refused = append(refused, p.Code)
		}
	}
	slices.Sort(refused)
	want := []string{"CONTACT-REG", "SPNT-PKG", "SUP-EXT", "SVC1-IR", "SVC1-PT", "TMGS", "VBCORP"}
	if !slices.Equal(refused, want) {
		t.Errorf("not taken here: %v, want %v", refused, want)
	}
}

func TestProductsAsTheDomainSays(t *testing.T) {
	p := defaultProfile(t)
	prefixes := map[string]string{
		"V1ES-STD": "OS", "APX1": "OS", "VBCORP-PLUS": "OS", "CSSP": "OS", "TXSL": "SO", "TMPS3-REN": "SO",
	}
	for code, prefix := range prefixes {
		product, ok := p.Product(code)
		if !ok || product.CodePrefix != prefix || product.CodeKind != models.CodeActivation {
			t.Errorf("%s is %+v (%v)", code, product, ok)
		}
	}
	if serial, _ := p.Product("VBBIZ"); serial.CodeKind != models.CodeSerial {
		t.Errorf("法人用ウイルスバスター has %q", serial.CodeKind)
	}
	if credits, _ := p.Product("V1-CREDITS"); !credits.Credits {
		t.Error("Credits are no credits")
	}
	for _, product := range p.Catalogue().ProductsOf("APPL") {
		if product.ElectronicDelivery {
			t.Errorf("%s is a box and delivered by mail", product.Code)
		}
	}
	endpoint, _ := p.Product("V1ES-STD")
	if endpoint.RenewalWindowDays != 30 || endpoint.MaximumQuantity != 999999 || !endpoint.ElectronicDelivery || endpoint.Credits {
		t.Errorf("what V1ES-STD leaves out is %+v", endpoint)
	}
}

func TestRenewalsKeepTheOnesThatAreTaken(t *testing.T) {
	c := defaultProfile(t).Catalogue()
	for _, p := range c.Products() {
		for _, to := range p.RenewsTo {
			if target, ok := c.Product(to); !ok || !target.ApplicationAccepted {
				t.Errorf("%s renews to %s, which is not taken here", p.Code, to)
			}
		}
	}
}

func TestSpecialProducts(t *testing.T) {
	c := defaultProfile(t).Catalogue()
	credits, ok := c.SpecialProduct("credits")
	if !ok || !credits.Needs(models.FieldMonths) || !credits.Needs(models.FieldStartMonth) || !credits.Needs(models.FieldLicenseID) {
		t.Errorf("credits is %+v (%v)", credits, ok)
	}
	if service, ok := c.SpecialProduct("contact_person_service"); !ok || !service.SameSupportContact {
		t.Errorf("services with contact persons are %+v (%v)", service, ok)
	}
}
