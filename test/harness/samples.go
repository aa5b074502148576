package harness

import (
	"fmt"
	"time"
)

// Application is an application as a reseller's program files it.
type Application struct {
	OrderType      string         `json:"order_type"`
	EndUser        Party          `json:"end_user"`
	SupportContact map[string]any `json:"support_contact,omitempty"`
	Reseller       Party          `json:"reseller"`
	Dealer         map[string]any `json:"dealer"`
	Contract       Contract       `json:"contract"`
	Consent        bool           `json:"consent"`
}

// Party is a company and a person in it.
type Party struct {
	PartnerCode string `json:"partner_code,omitempty"`
	CompanyName string `json:"company_name"`
	CompanyKana string `json:"company_name_kana,omitempty"`
	Department  string `json:"department,omitempty"`
	PostalCode  string `json:"postal_code"`
	Prefecture  string `json:"prefecture"`
	City        string `json:"city"`
	Street      string `json:"street"`
	Phone       string `json:"phone,omitempty"`
	PersonName  string `json:"person_name,omitempty"`
	PersonKana  string `json:"person_name_kana,omitempty"`
	Email       string `json:"email,omitempty"`
}

// Contract is an application's wish.
type Contract struct {
	Credits       bool   `json:"credits"`
	StartMonth    string `json:"start_month,omitempty"`
	LicenseID     string `json:"license_id,omitempty"`
	Months        int    `json:"months"`
	DeliveryEmail string `json:"delivery_email"`
}

// Order is a purchase order as a reseller's program sends it.
type Order struct {
	ReceiptNumber string `json:"receipt_number"`
	PONumber      string `json:"po_number"`
	OrderType     string `json:"order_type"`
	OrderDate     string `json:"order_date"`
	Communication string `json:"communication,omitempty"`
	Lines         []Line `json:"lines"`
}

// Line is a line of an order.
type Line struct {
	ProductCode string `json:"product_code"`
	Kind        string `json:"kind,omitempty"`
	Quantity    int    `json:"quantity"`
	Months      int    `json:"months,omitempty"`
	UnitPrice   int64  `json:"unit_price"`
	LicenseID   string `json:"license_id,omitempty"`
}

// Product is what sample orders buy: no credits, delivered by mail, with an activation code of its own.
const Product = "APX1"

var japan = time.FixedZone("JST", 9*60*60)

// SampleApplication is an application that is fine, for a new contract; n tells one from another.
func SampleApplication(n int) Application {
	next := time.Now().In(japan)
	next = time.Date(next.Year(), next.Month()+1, 1, 0, 0, 0, 0, japan)
	return Application{
		OrderType: "new", Consent: true,
		EndUser: Party{
			CompanyName: fmt.Sprintf("株式会社検証商事%d", n), CompanyKana: "ケンショウショウジ", Department: "情報システム部",
			PostalCode: "151-0053", Prefecture: "東京都", City: "渋谷区", Street: fmt.Sprintf("代々木%d-1-1", n%9+1),
			Phone: "03-5555-0100", PersonName: "検証 太郎", PersonKana: "ケンショウ タロウ",
			Email: fmt.Sprintf("contact%d@customer.example", n),
		},
		SupportContact: map[string]any{"same_as": "end_user"},
		Reseller: Party{
			PartnerCode: PartnerCode, CompanyName: "株式会社検証販売", CompanyKana: "ケンショウハンバイ", PostalCode: "101-0021",
			Prefecture: "東京都", City: "千代田区", Street: "外神田1-1-1", Phone: "03-5555-0001",
			PersonName: "営業 花子", PersonKana: "エイギョウ ハナコ", Email: "sales@seller.example",
		},
		Dealer:   map[string]any{"same_as": "reseller"},
		Contract: Contract{StartMonth: next.Format("2006-01"), Months: 12, DeliveryEmail: fmt.Sprintf("license%d@customer.example", n)},
	}
}

// SampleOrder is the order that goes with SampleApplication and needs nobody's decision.
func SampleOrder(n int, receipt string) Order {
	return Order{
		ReceiptNumber: receipt, PONumber: fmt.Sprintf("PO-%07d", n), OrderType: "new", OrderDate: time.Now().In(japan).Format(time.DateOnly),
		Lines: []Line{{ProductCode: Product, Kind: "new", Quantity: 5 + n%50, Months: 12, UnitPrice: 4800}},
	}
}
