CREATE TABLE vouchers (
  code TEXT PRIMARY KEY,
  campaign_id INTEGER REFERENCES campaigns (id),
  percent INTEGER NOT NULL,
  replaced_by TEXT REFERENCES vouchers (code)
);

CREATE INDEX vouchers_by_campaign ON vouchers (campaign_id);

CREATE INDEX vouchers_by_successor ON vouchers (replaced_by);

CREATE TABLE voucher_uses (
  code TEXT NOT NULL,
  user_id TEXT NOT NULL,
  used_at TEXT NOT NULL,
  PRIMARY KEY (code, user_id),
  FOREIGN KEY (code) REFERENCES vouchers (code)
) WITHOUT ROWID;
