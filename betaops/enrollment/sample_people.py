"""Names and traits that the sample draws from."""

FIRST_NAMES = (
    "Aisha", "Akira", "Alejandro", "Amara", "Anders", "Anneke", "Arjun", "Beatriz", "Ben", "Bianca", "Bogdan",
    "Camille", "Carlos", "Chiara", "Chinedu", "Clara", "Dagny", "Daniel", "Deepa", "Diego", "Dmitri", "Elif",
    "Emeka", "Emma", "Erik", "Esther", "Fatima", "Felix", "Freya", "Gabriel", "Grace", "Hana", "Hassan",
    "Helena", "Ibrahim", "Ines", "Ingrid", "Isabel", "Ivan", "Jamal", "Jana", "Joao", "Jonas", "Julia",
    "Kaito", "Katarina", "Kofi", "Lars", "Leila", "Lena", "Liam", "Lin", "Lucas", "Maja", "Marco", "Maria",
    "Mateo", "Mei", "Mika", "Milan", "Mina", "Mohammed", "Nadia", "Naomi", "Niels", "Noah", "Nora", "Olga",
    "Olivia", "Oscar", "Pablo", "Petra", "Priya", "Rafael", "Rania", "Rosa", "Ruth", "Samir", "Sara", "Sean",
    "Sigrid", "Sofia", "Tariq", "Thandi", "Tomasz", "Uma", "Valentina", "Victor", "Wei", "Yara", "Yusuf", "Zoe",
)  # fmt: skip

LAST_NAMES = (
    "Abbott", "Adeyemi", "Almeida", "Andersson", "Bakker", "Becker", "Bernard", "Bianchi", "Castillo", "Chen",
    "Costa", "Dubois", "Eriksen", "Fernandez", "Fischer", "Garcia", "Haddad", "Hansen", "Ivanova", "Jansen",
    "Johansson", "Kaya", "Khan", "Kim", "Kowalski", "Kumar", "Lindgren", "Lopez", "Mensah", "Meyer", "Moreau",
    "Murphy", "Nakamura", "Ndlovu", "Nguyen", "Novak", "Okafor", "Olsen", "Papadopoulos", "Patel", "Pereira",
    "Petrov", "Popescu", "Ricci", "Rossi", "Ruiz", "Sato", "Schmidt", "Silva", "Singh", "Tanaka", "Virtanen",
    "Vogel", "Walker", "Weber", "Yilmaz", "Zhang",
)  # fmt: skip

#: Where mail may be sent without reaching anybody (RFC 2606).
COMPANIES = ("example.com", "example.org", "example.net", "mail.example.com", "studio.example.org")

PLATFORMS = {"iOS": 32, "Android": 28, "macOS": 14, "Windows": 14, "Web": 12}
PLANS = {"Free": 46, "Pro": 38, "Team": 16}
HOW_OFTEN = {"Every day": 58, "A few times a week": 33, "Less often": 9}
ROLES = (
    "Product designer", "Teacher", "Nurse", "Software engineer", "Journalist", "Student", "Consultant",
    "Researcher", "Project manager", "Architect", "Physician", "Translator", "Shop owner", "Lawyer",
    "Librarian", "Marketing lead", "Photographer", "Data analyst", "Social worker", "Retired engineer",
)  # fmt: skip
