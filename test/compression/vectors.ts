import { noise, repeat, sampleText, skewed } from './helpers.ts';

/** Files that the reference tools wrote, so that the tests need none of them: zstd 1.5.4, lz4 1.9.4, gzip 1.12. */
export interface Vector {
  name: string;
  /** How the file was made; FILE where the tool was given a file, standard input otherwise. */
  command: string;
  content: Uint8Array;
  packed: Uint8Array;
}

export const ZSTD_VECTORS: readonly Vector[] = [
  vector(
    'empty',
    'zstd FILE',
    new Uint8Array(0),
    `
      KLUv/SQAAQAAmenYUQ==
    `,
  ),
  vector(
    'text',
    'zstd -3 FILE',
    sampleText(3000),
    `
      KLUv/WS4Cm0TAMZmUhmAS9IBWkgp8pgpZkQatCSlTCkl3wMTNtETWgBFAEQAFRrWYEfTeJWZsbjkL9YM81uNMS6iRw12867kQmaRZsaTGvRL/HAv42Jp
      jKfKABEEBTk4FAOJogGhwKEQKDtNFAcMCwYNhUCxkkKRKA4SChQKiIBil2A4aHgIROz8xJ7Tl9SQ3jH+zpyiGu8voxxpTB2Nok6oauPuU5ncM/R0VMVV
      sopXm2Pijnp1tEPqP86X5/l0L0TlEI/uUjMqL88IFNPj+5C9jcrB8bXphr5h6TBtU9W9pzEXUbeiDSnn44MytuMmeys/rKW22r/NUI0urk4ZDUfOMbQp
      yYxDT+s+Wz5JaQEPABEEBQfH/0qNXIbLLHPlmqcmk246uowR1ViprJ+8Yxc9G06ZpJAvo43rbm8jQ798VEY5WOxwbMLX7VqSP/dZQ/IadVkVgO6oQWRo
      rbb/G4CjJGkOEbCIoJLk3SRbcwL1ZIFtl4ryeYQHVzEokkhS4g7lrHODwQXyI6eRbGMiZgeF6D9GELJw5RYJ/f37sMiMFOTkJoR0N51COTGOCgs1V2I1
      r0j1kZee6OUDSOaUuI/OVre7i+3jXWwRPGZB+l3AyRvRx5lBoYj6fXYxRgfcLSI6HrAKTT5pAtRP/tEJYjGduhkcDbPNDECUngieXM1NX1d54OAhocOo
      BdV1g0mg/y+h0Q7DCEGCYgBxzgN2GGO5fwvlx9dtM97+sirEHDDTOQYFJF8OGCU7T2ZRv8i8AeB/IiMKo0aOdxfPSdq5v/Dlku45+uvPfeA6jMZkuFX2
      D46Gbqj+1ANOMA94w1LAyCOr4UOsAq9XNFI=
    `,
  ),
  vector(
    'piped without checksum',
    'zstd -1 --no-check',
    sampleText(3000),
    `
      KLUv/QBIZRQAZuhYGXBL0gb+wUkY5JdCQFWEye6dUibjPl71N3FjAEsASgBE9LnNnSVGMWok75EmiVEMuVUvZlInRjFIZ1rNzWstIjrHpD9XT+6bxCgG
      3eoSOpkdsWDA0ADwMDAqMYrBxBBADIYDgsQoXJMRw2BBoYBhFIOuhIEYBggECcMhwGoiFgwYGgJ0V73EKEbJZ2PUs+/Mk5XJ3Y3LFpUpZ2VOGelHHs6d
      qIlRjJPFXHOzoef0X84tdkQWU/lOrmfnf71vqtwR88ZIPCfxFJWUmn3R6Qk8qv9Olitlb4xkUh3l4xdJZub5SnirMmkyLp2cdFhb7nXyZGIUw60e1R8j
      y3gkURnJnnYdFpXmKlSkGmLt1CdGMch2v9qvXKyqAw0ADwOjiVEMqdydx0iJUYy5kRu9p91uPFWMHJPMOlZ5PPSc6TcilW63t1O/KbI0e5JkqOrmxGKp
      1VQhp2fetvujX43qpGd3zTrvL4DIqIEwRb51/zswY0Zm3REkCEGFYik7W38DiV/gaOV4sexRnIBrts63ND7sO5Qyh7op7Ak/Qht9Y8fq2hYcTUf17bt6
      2h1t13sEBS+Rs3HbQ7HCtIlbZIxouxb3GFxb7AoqPBEMt+M6EslFAWIBKXzsPrh9iFMb5F6yhWdwx1xbI9egz0jpWLcXXB6wa0S2QzOUQj0y4CYj/34j
      dt7rOroe9iGDdDzSS+JhiJwyAttXxmkeYb74uPCv1xBKaPTGdtOcISivxn3nrc80QXeqPT8YuW+ZiQO5eQuFBWaDvXL4ELOFwkb/2teQ7oF5GjHUu53E
      szvrt5noBBJZnrngbHxzJEHvZvYi+VCLQ/D/e1WOIX93bW++XhPNOMehuYTleVBI+NBXAQ==
    `,
  ),
  vector(
    'best',
    'zstd --ultra -22 --long=27',
    sampleText(3000),
    `
      KLUv/QSIJRIAFmdRGaCpMBwPWLLetbTZqxKHJCllSikB+vaKmyNcAEQAQwByT1RoWONomq0yY47FJX+xJrzFuIiOqmDnXZFczCLNjCcV9Et8uJdxsRTj
      qTKABgMGWlgYBCAMCgYILAwHZacIQ4KCBAUUhoNhJQQDwpBwgACCgUGAYoegIEFhQUNP6z5bPpVGxM5P7PuSGtLb4B83TVHF5L+UI42pi6JOqGrjT2Wy
      e4aeKomrZK3NiRv1mWp0SP3jfHnz6V6ISonuUhMN5bKK4o6N70P2vVEZHC+16Ya+sPSlbaq6U8xVpG4VUs7jQdnauIm8eSN+w1pq/Kj28Zuh2kaLV6eM
      Nhz5MIY2MrOrHMH4X6mOG7nEmF6ZVq55GLVJN93oI6qxUlk3NfJwxy7PhuNymRTyhTauo7cJGaILyaMSZbDYYaxqwnduW/rjs4YefIDDqDFAQ6Jt/zcw
      KWma5hEwCIEFc5k50bIKx2Xn5oMIdaWb7xGF4r5pIpDbocAY0yODJkcG7T3wb2o5lGaSHE6KagEL7VZvxsgTOPgeQzSHQhF4NCKEZBD+yYZabo9z/RTC
      AI2OqQVApcGQoaJ98za9gJowNatE5+0mokps0+u+abGQa82QsT53EWFnHFsQmnvebQS4zM4nPb8NQAkpyjeNymgG6rqPNVjPYeaCB76pMDO73fnImowc
      3m2OiyPsxzR+1cxsrBl79wYP1vyjxzxxLtCN/SXJumRREaC+54a95tlXjdkGw/VdAVoJ3UJUmG3IrOiH+2jVcGBUAa9XNFI=
    `,
  ),
  vector(
    'noise',
    'zstd FILE',
    noise(300),
    `
      KLUv/WQsAGEJAHDJ4Cm3p43dz5CZbwqyFdUIPy70EcA9iSE4KpWRAfczmWbm5iu/rK1GG72eYaLRFjsOFg7ZjtgdSjeSQbtQiU2ozJdcGg0/d1P9m2va
      uRy+AId61Tt9EFMpRmIwTd0RpaZn+KrG2nPTD5A1cSeM0nPLiLTyMzrsfYD6ivVFBNkYI5qvOejZVgIATQMZqvXq0yG1JB3r3dUon+CijnFREpi7s/Qb
      ePxi/E4TZBSstHZNRhU8n8iFad3bIGhX1cQz0Aqnm6/B7tfzl3njeaAVO7xQtrnKdKbE/j0baMlOvZ1mND6xrP5mYB1pcJ70Utwz7s+XDpy+WhpQd29O
      e6pc1PIY8EbOJp9FySugfjShA7kNXRcR8bxk866XaDE4xK0+6mbcZ9t9zGky0NuoHX44gOM=
    `,
  ),
  vector(
    'zeros',
    'zstd FILE',
    new Uint8Array(300_000),
    `
      KLUv/aTgkwQAVAAAEAAAAQD7/znAAgIAEAADnwQALSjeJg==
    `,
  ),
  vector(
    'skewed',
    'zstd -19 FILE',
    skewed(3000),
    `
      KLUv/WS4Cn08ACq7CB4bUEfsMzOGVmXUB/6B/od1Xdf1pqSEmZmZmVl92AHbAdkBb13TdzuqYPaZ9iNAdwoGF2hRd7xwfT+k1HDkOctKqJWVpUP6eF5f
      5Rs8Xk1IbD5EluKQdEThhFxPtZLqAYDdO4tOOewYMYkTRHMEYFTNnRP59ICwo1tPqOgRxPhOFnY9caOJiSaE8+dp4ejUrz600xFafjs5SvnMg61F50vF
      NdXPQOnAzBPvVPwoAHECP9Hy9zRlRXVgK6MbpEeL89g7CsGq9QU4xGuTEJqavUSU5UpgNRrKDkZPLrikiKCEPcEjLiaE0yznY/AHEAXkb3UCJMhAoMee
      NW2L8mfVaNo0EM1wQtuGxFekKbcZq5sljCMpuEzTPKy2UFzuMfvmbxLuIyKM50rlhBp+z4JORk0UwiCN1CzOZ8SRcHu+VI1P2LDoE+FaymNhlSSE1bsR
      HCWhpfRiviVRNOwCEk+SpJSf6IxRc6KjO5Uyy3ycNeDSausnoFCV6c2AeF446KylIIEUDGB5Yl8K+aDXJeWqV2HmUME1tUmHQrGlzkkuPQ6BgWYJKdQJ
      TVXAVCZ5OOmzNGOJwLve+rvfc+4kyt47t2IlBp5d7MnyeFC5EHwjq2BBgLjQDisGLSQVriCIxmHa/y69BzgcsJEvXC7H6nrBCS6qRXIm15f3TTgcDgdO
      w+VqOmE0EGgavXL+r55wAxG0j6r5xq+E0Hnr3rc/KKi0nEz9TDKH6SPbA+N90DBIB712yASuLprmuN93hDXj+lFCgtxZrw6cVigtQiI/kBMwKRV7qYDi
      QBhCZ1xngekdDgVRx1RI++B4JEDWbEM98R7vz+r0+hQu4JlBaUnXagSlPgXJWqX2tIwqDxp8B7vIMOlHHyiAW6kCXQIIqtFgzrLYqZVojfFMlA4AkS/8
      C3bZEB+QSTQgiicdYaOlMe2TE55fbOlMyk7S2Gepmx0bc55IbjYRfcRyz4TWWPTBO5SpbLB5nPo+PkqGR9MIRKeJZ1I7ZwAKFGw5V/aSXs+FAt+jkHNd
      3AkJEWK6uqBG07isBFKYUomyh7odfDAlZljsaeccOBdaP5AyTnIAo74v0toHA5YRQqstDlQhY3EvP3DwAZkFKAsh2+49RUwsUTgQSuBIjKIljH8Xeqda
      W/sCuqfdfzIkU97lxHpV4r4KLxCX022s9LWjocQ0YKrTeWclZWkdSVJ6FiCQlrCyUe7wHJDCvs8AP3ZAHT+qCm3JgtXCndphxaLWIIEuKeKgRNbvko4q
      HOxhpFCKkvuBUTsASYeJjhgH1FTOZHC7kYsiXMVamv8dtTr/WCGsuohFDxZi5O/PxaJ0ddHpm6IbHpfmSs1WwQ858aq+cJKErjzHlBVFWXZgtiC4EeBL
      NVEXwVAynPFh1filFw2N/oTMqe46BYxai3pMpsWKDlDMC129ZbK15u/UmNMo7BCASMjED/rUChHPCkC2Vb3jyR5xIVphbEyozT+gO0VIfxxBjdfdjK5B
      TWpP7Inc4FmMEJi8rzoDaQzei6Ep4Tl8LpB8AxKSg0BL4ZWOUudf/U550euQ2TdXR0zo1FrtNxchWOByZIwjj769hvNKH82TZAk1brM7rSCGaRf6JdWH
      5fgAGxSpCqMG5wiT4/piA1FoNXT6feBCpH1x9aQlGkfvMRz1W80XDTRknpU8OgZZZ32BgKseR3Yk67OqkwFC0iL3lRCHqatXBImyk/jDXmk8eh6eE5Xt
      Lwy86tdcx6KrXMmznBcUpcyrlDscAfACCJ+LFsV9PCgggnYL/XGnSFGQoMciCfWFhIBInU67jvcDOrF5w4ASYhkK8kaCM9kGTJBkxqBAUyFANYUPaBxV
      Qm51Qd/3AdKIIcgvFGAdcrJg62OTLbAbDX3WQiURYTwcKOdsolejuPW6kKPT1piGC6TlSpGsAEWRYXcNbVGbrXSIWYbADm5+pI/OBO3KmOjokgXBSKI5
      jnQsoulbFi1ZCrKS6+toTwbb2gzOqJNk8CCpjai6cBsBcFSKhXgrDTDVNBrvUMMx6xgrMq7snvNV/draEwdj53n8m8J/77E6H2uUvlhhl7Q7LkFqyIal
      53IVziPVtTekZopI0HJw8RgesD31GNU31EDTdYzZ/0+dTU2hVQwqIhK56E7c/sxtSa5L/hwONvV+vTKaqtTcMnX4lSMQ44UvlvT7nxcza0ZgqpUhIcI7
      qdSzfGz/7oB6BgJywGAKNrgKUyR2VzDCmQMY4JxF8fN9NoT0vqQ2kM+5t5N/yjOTgN9Z6xiEKIO15gKvN7FAZK80b415cu9ZrBuioz9IKJkyNMVEibhU
      Oj4DSmNWmPZToVbPVRuls7X0QWpfE3o9C59KZmMfwvUxUm8T0Qg8oEIym+bExjDc0WZcZdA9uJbVstZh8IZgmyIidm2eB1qbLBHECrUxlUzq3mGpBPUt
      qpP4+HDQbA3EVccfKdUN0uYSa8tvn0XgaThF0kEZPQwhRSdh6UFfAvjuJUwlunmTNuwwSuskJNAAqyBp+Q1MtqQRAKzCRpRDnAgV8gDerLsgSkTjP20i
      q0epglltpMoJZ6dgOQqfYngAdco5AgIArl4gXQAA1CfpIQ0=
    `,
  ),
  vector(
    'small window',
    'zstd -19 --zstd=wlog=10',
    sampleText(20_000),
    `
      KLUv/QQAPAgAIs8lF4BL2lpIKfKYKWZEGlrkTpkiPw0yqegnjIWhUQSFDuvOl4rSv/nYIyNStbYVuYP5Y6e3a+akJbrKaW7SXY2mlYSfkj+lu1WV+e4q
      /babjJSJhh9XzY1nHsSxPltISTa0++8iHHP2LMdNutF6cx/RgAihnMNRBklpIAqOIqj1TcqBsTA0iqBUT1GSckgUFAUSQGsljEPjEUSoUUyIvbb/GzAn
      CckOEVAIQaOZiUy1b23iDLZtrs6foRtSORtdl0lGFAfyHg7xCJd/HP99ud2nJtgssyLWlHWPOhyc7XzeiF/KAYPMPLXxI4zGkg11YNvwTfcQmlfNsBD9
      cSgE9CZ9ZDXcYlUUBgCzDBj1yxpTs+OrOray+TIe2rUKb6iWk2Nk1U76zlWuqp1l3WrCsqzDyrKs/7CqzEguTKO6up3yNr86vQx9czGdaEXn0dWd9XnW
      tDeR8HbZjmVO+o6HU5SZVCu7+1o3iddKyiFFuCCWoLoGEVCESRTLpMbUOgcqzrqK2LYnyRdzdCL1hTwbSSQcCYSkccsD7ueDGXv0wNkVKRBLn7qJGXFt
      OUqnz3fSzNPtatvct0crMWTZNidS7x6/eDSKud+73ZajpKwFACPOGgVFgQQwsZf4NPrdCM0mM0vYsjoljfE2F9qu0Fi+DRYZtf6W65Km7rCsVKrW8ZTj
      3vbrdqPRZk66KquWuepDv0s6yilNbQzNeptCLLKsX26rtXM+0/CXlGOJdQ3RyC3rZOXPTlddbawsCesBSOiw2zgRUIQ5omxC6XoHSjhS9PyCw23zjiVC
      XoSiRp6o4IiMx41xyI9GvivzQ9q3CEUin0xwmvdpis3ZZeR+RbCHgGcsYiAEBgAzDRmOIjBdopXnDHGszDVGNyLDwZ+NptBjlFf2Oj+NbmrRjNKZHjpf
      4a1kskyzoezJL1Gh73pN6Vi8uzuqJiXhFW+QjGXmIsybyUzvXWi/qGazm2aWz5pJVEe1Gevc7FM4+LTxbKgCSehwFxvaEVAEhFCycIGQ2r4B9Xu6d6zR
      wy8ROumOamoVOUBBo4ndJw2f9+co9N2656YzCqaQWq/v12MEZ679lfwA0I2QTCx9NYcd1Rixe9QqZbR6x86sAAG0BQBDzhqNByBCKNQaicauZhPeZNaW
      dfTMumfnKE9VeDIcM/T9K7uau173kpN+Y9g6YeLUtd0zWSo6ZZJhqz/Pp/TpsdBsEqtn6SPiGHWqxSy3WreHg9Srjs+MY6VbfYx68yzy+05taM46Iiu0
      o5F/ClH4EbCEQaA9hf04IuLeNCKNtaWi+M7Hy60vXzcRYw3jh0CG6pyknhGqyA/98U7ojocfXV++bqJRawVyDsyn6RcL3BqpFSIqgZwFADNOGuVmaSfM
      29ldNU06vOX0+pzMnGKR0VTJarQ75dkMmg6rd9jqtPJ5u2ddjhPtyelfjzPvak4jne5N1xkRqa/WFZml1VnWarId6x2x78fOW8/8pJrKoWKV0/WdUdpN
      dVRUTDwb0a+wdTXnm0v4EYCEWdqWFtw79sfGjLr4ai+ggClCY72wYaCFPyywdJYM17uTbr+KIAUNoMN/VsGgRHTrezrOHJjyo4rPAtfI6ReMrgQCvAUA
      oowXCMB3JGFkGeCctVR3p0AIafZ7nQMrhkFYseQyBIS6mMBfCwXR4WTm56EJNp2WnoSjV2wUGMH+BWWBypNJ2/ahQ8T+hZx4T8j+bZxaecIOurEYkpmA
      kuIZSaZZzD9VA0nogBc3HRGAhDGa7LSwvB7gSYrjTbIJcBoLJK6tnZ7dngXjSw8VlS2Xftqp1n2dkNpawGcrzDPVAs+Zxk7nJ/qDk+jRWRQ/Qk9jxAHI
      ETmKKsdcJTZBHAUAU80WId8pI5d+YDNDiCcqUlKFOhAw6WQdPgchrISALLEGDrZ7bJ/22+6RuO4Wi2csBCH1EAghE7HhGSNDQl0KiC4AQIgWFi7ycRnw
      gDDZ+hUMAFi6Ce8aRwUmp3w2R0/82L9nxSLzKDEQiwNnvJgp3XOMYA+83HaFLZE9f3DgD+W8IzM0voYDeKauH7FyEMbPiAjbr9uMS3/Ldo+zC1S4f6MN
      BAQGAMKNHBDQZTjlCBf8JCmTlCllf0CYA0EQKAwAMkqi3YmXbN5DKOqFLGj+d3NIovU5n0tvookYKquCvu2zMg1ff1iUma4/R+isV1ERrutoVjXeVAr+
      a5Aztd7u48Kh+cUlJYtrjX2HWm79uUiGbK2VyUUjjE1og0f8QHQD+zfkzCxENiYChu0PE22psXDZKT731sJwwewNhw0zMt4KJQw/53uMmy2715BbJoVI
      wdLhuGSfjto7IqoJi9wjOJHKgvMiGjwFAFMNFzKqRmkVl+YhMVkL12fmTFFknnIJ19GESyqiNUWqak+PeEPXSOMM36STwRV9TzhkHA3X3CXl5KVKTDRr
      S5Yl6UQ1muNi+eth74bwm+gYm4+UWafxM6wQUpw2afE2Svx7Vc2R9X1Rh0e0DMnRvjx0cNLarsy3gT+/rJo7SR6xfAch9KTCBlwdhNAY3wDpZSIP5gsT
      UlvJ85VYoG/TGux7qU5XNkgQnAUAY80XVWtjyOSxaUbYOmqqZdpYKiRWrpkURQ1JZnZHCo80VW4hEY7I68GZTU8LIjlVjOpnUid7ReR7ZRONDCOoMSwr
      wrMrhibDGfmno5JlXugariX0oIXjvx6SIT0cutgZGQNM+BGAhEGeTWFqrwPNubD0fsd6Sw3NPsvmaLuO+rc2OadKWmPMhj11c1ij2YrSnAZuL6KJLZ3E
      BicwuP3x07iRpdXdQNixpD9zKOe8QJe3PwjsBQAyjh0R0GU4Sx1lNZJkSlLKFB5CQgcCYRAYPgo6cbRYSMLmDH3k1VioehLZVM9iVV8Tj/fjZybW0qfF
      hJgYc5JkoybL+j5b1YqXIpM1nQlzaA2psK3pJIq1oieHzVHeYWVaXYgnJDVXYtnBqJYp0vjG+XfSpFY6JwkgTbwQWJLSA4HtHm7q4jHrl8KchsbuVZ1N
      XWG3QrgWE5a+Yg74spYE+05qMq5E750mdnVum/PSjrBLE6cOj7UrnDGBginUBQACjRoN4OkArCltKWVKNzXcCAMEsH5u2bKNLCoVcQqnr9Fmqjwx2kQE
      ycZS1YTotIjlCcldiHrKLMctjtTdVr5be6cOrZURy06Gl9NPRffCb4ee2taJ8edMR0hGI7oQQSPVqtiFb9dvlT0NWxUBRrwglqAeEm/RkGno8Uc9ou58
      CGwyXU60knzVwqBAihbHVFhWLF43M6F9Tuh3J1TU43jhkHGT0j3W8DAiLfV5KaSg7xvPECXBv61pYICkBQBjTRh7acgzEsXVbGKNZ16ULcVTUiacD1dB
      ot8ZSWYSQVNRVR9XZjt5j3MSY0qVMAm2PuLSFtEhCSohhiwXVbmM6xudFBYj8lFrYk5DD2sTFsQRQoRFSjgXU63RRK4S0V8Kp8YUT/gQKIGIjO3CdLPa
      1/MkL0QR7j6xrFeCA8WHo/xK4TStTniDSvut0cUizts8weYHNW6IcwVuHmKoftZU+9h+WJUty77nzcr3SYpI8kpLHIFcBQCjDRkjwc6UshCfVeaiRjjl
      kqKZ+VCJ8hNUs0VRJ0p8hryQvdi9rnSNQpoU0Uh5eVF6VnyE1KNWzCX0kARFSsqiolO1msn8/jLaUIkJkaqMTKs3khK9R2xxqo7U1ItzIVZyMeNaCJoF
      Uvze6Clw14Ae2++D4ttDwJ+ZpaP/JYP20oaGWyAbuwBv8jwbfpFk39HWtzot2MGe/FfxsvwS8ps9mXoJfX+WOBHVVQFEBgDCDR0Q0KUDDajgMe0kk5Tp
      85XVAgAxCAUQ/GO+/6pIZsianEEx6TWENf761L0RliKX84PTjm1dZ1KszER8uU7ra6NpyEzRmCHjPam+a2aISVLhWq1sc2/0ytKITR8cROOJa2vHkns6
      Hxx3YroQp6ajquyqy47xHkf4EWCEOZ5tgmS9HoNbt5zx0Xcofi3VHDm1a8P1ltqveSle2T5jWlCEtkaCU3PPqF6fP0s0v5rqPBnyQKlGuh1KSHROJ6mG
      fYeQjmXj9c5gDwwGALINHA/AJQcb/39hJ9qUScyN6rhCMAAbTykpm8rd7r/EkOGoxr+OtnoEp/u4xbDk+9gnFPWIREj5yaNthIiDqqCoaGHx8cyIIX7F
      ue6grUot807dRDi1cMIN/WmithZWL+a3I+mg98v8jYrBoQ1RxkjXRItP6NDXOhGghEmguym01wEvlgYuoXQurC+WOtpTm2yCCCzOCEQUFtvq6PA0O8zc
      v73g81M17J/YSbGUneAtmPuqFi0ZYBckilsFTjawAgTsBQCiDRoLsCUdSUvCDdNzyDlAINWo0ZEQqcMJsdDfdqI4ORYao3leKk8qeuxjR0J0iyF8wr+/
      C0Yt9o4xfEsntEaRtGTPRlBD/I5YGFNh8dTcsvg/KwxXYbgG0Rvx+ApSpdZZ0iwuU++ieptZI07okJsyHBGghFEeZlCQ+jbzszrF3GYEoY7Eg0PUiR32
      7JvhmZxTj4ijwoR1iS7hs0kZ14f70eHxjAvphUd3ddLlKubmgrgEhQThogqCCZwMCQQMBQBTjRcMpjnxiUODbPHL7kjeutPKpVgEjjvR6UgTen3SO0S4
      QgInIWtBQ4l+QgT3YQyFY5EwbmKomegiVkx0rKhIQmwqkomgP1IS0z4h9C0yD9G5/maiGVGiFLkRGjMFjkMVSfw65VwgbFDFPynlbXUyz64cldmRBxFt
      MU08YcaVkmBtmpZetumyghftKZUKeiWcTFjmBUIPi6Fwag0cJIoPQC0DAHMHDaGbO0HEkdn2iCDd7K4klWCKEkEhzrOjLKxNS1RqpmGsyW2ZC58xRsSI
      x2bCIS5KGE3QC28q+BGghFnatbT1M3f/0EWV+elYpr5wmKldQDjr+Ah2cEDjRH0SX0+FPZy5MqIjg3fSfw==
    `,
  ),
];

export const LZ4_VECTORS: readonly Vector[] = [
  vector(
    'empty',
    'lz4 FILE',
    new Uint8Array(0),
    `
      BCJNGGRApwAAAAAFXcwC
    `,
  ),
  vector(
    'text',
    'lz4 FILE',
    sampleText(3000),
    `
      BCJNGGRAp+4EAADwInVzZXI6MjQzOCB7Im5hbWUiOiJuNzQyIiwic2NvcmUiOjQ2NDM0LCJ0YWdzIjpbInQbAGF0NyJdfQo7AEc1ODg2OwA2NTYwOwBX
      NzQzODU7AGU2IiwidDE7AEc5NDUwOwA2OTM3OwBINDk1MzsAAFYABzsARzgxMjU7ACc2NjsAVzY3MzgzdgAQNXYABrEANzE5MToAJjc4dABHMjQ5NjgA
      AekAFTSuACgzMCMBIDgwVwADIwFIMzc4NToAAa0AFTA6ADc4MjJyACY5M3IASDUwNjg5AAAbACV0ODkAODk5MawAJzg1dAA5MTU2IQEBXAEGdAA4NjE0
      dQAXMjoAVzY3NTMy6AABdQAI6AAJrwAgODNaAAPpAEg3MTQwsAAAVgAIsAAoMTTRATY2ODHrAEc5MjQwdQABOgAWMbAARzM0NzclATYxOTQ7AEg1Mzk1
      sQACPAAFJgFHMjU4OTsAIDM5fwEDsQBIOTk0NwwCAMwAB+wAODQwNNUBNjY2OXYAVzgwNDUxsgABDwIHsQA3NTU0dgAnMjXsAEc0MjE4OgALsAA4ODUx
      6wAXNIICSDgwNDZ0AAE6ABUz6gA4NjY16gAgMjGUAAPqAFc0MTQ2OXUAABsAB+oAODU2MuoAJzg3rwBIMjQ3ODsAAEABB+IDODI0N2wDCTsASDY3MzJg
      AQC2AQclATgxOTklARk5sQA4MDg3JgEBmwEG7AAJDwIYNdQBSDI0OTl0AAGvAAZ0ADg0NDlfASczNmABSDE4OTTAAgH7AhU5YAE4NDM3YAEgOTbPAANg
      AVczNzcyN2ABABsAB4UCODc5NWABJzQzdgBIOTU5OEIFAeoAFTV2ACkzNjsACeYDTTMyNjF2ABU2OwA4Mjc2cQMYM8ACSDkxNjPsAAERAgdyA083MjEz
      wQIFOTk4MvwCASgBBpgEKTUzIwQoMjh+BSk2Mp4BAXcABmMBODkyOJ4BGDIOBT8yODH+Agk4NTQzagYYMsICKTkz5wMBnQEWMicBGTWwACc1N7AASDU5
      MDSdAQGwAAaHAjgyMTNiASc5MCIESDYzNDHUBAE7AAZpBjg4MjL9Ahg3EwJINzg1MjsAARMCBjsAODk0Ob4FJzQ4TgJONjIyNxoHBwADCXMDIDE1HwMD
      xAJIMjk3NkkFAScBBxMCODYyOHAGIDkz0gADPABIMzAzNIoCABsAB+oDKTIymwQnNTVjAUg2OTI57QAB1gQGhQUpNTMoASA1MW4CA3YASDg4MzTtAAGy
      AAbsACo4OZ4BFzGeAUg3Njgz1gQBdgAGiQI4Njk1iQIgMzRbAAN2ADkyNDRxBgGeAQaxAzg0OTMnARgyngFIMjAzNk8CAMwAB08CODgzMHUDJzQwxQI5
      NDA57AMAGwAHsQApOTcTBSc2MdkBSDYyMjUTBQvsADgyNDJ2ACcyMp0BSDIxOTXYAQF2AAaxACkzM50EIDU4WwADJwFINjM2MmIEABsACOwAKDU1sAMY
      NIoCKjkx+QgBTgIG7AA4NDIxOwMgMTRHAQN2AEgyODc3xQIABwEHiQUpOTcaCiAyNL0BAzsASDYyNDEnAQF2AAaQCikyOJ0BIDY1IAADOwA5ODU4/wUA
      kQAHnQEpNTh2ACczNXYASDg1MDGJAgFiAQfEBQr/Aic4MYkCSDk5OTCxALAwIiwidDMiXX0KdQAAAAAz3Cho
    `,
  ),
  vector(
    'noise',
    'lz4 --no-frame-crc -BX',
    noise(300),
    `
      BCJNGHBArSwBAIBwyeApt6eN3c+QmW8KshXVCD8u9BHAPYkhOCqVkQH3M5lm5uYrv6ytRhu9nmGi0RY7DhYO2Y7YHUo3kkG7UIlNqMyXXBoNP3dT/Ztr
      2rkcvgCHetU7fRBTKUZiME3dEaWmZ/iqxtpz0w+QNXEnjNJzy4i08jM67H2A+or1RQTZGCOarzno2VYCAE0DGar16tMhtSQd693VKJ/goo5xURKYu7P0
      G3j8YvxOE2QUrLR2TUYVPJ/IhWnd2yBoV9XEM9AKp5uvwe7X85d543mgFTu8ULa5ynSmxP49G2jJTr2dZjQ+saz+ZmAdaXCe9FLcM+7Plw6cvloaUHdv
      TnuqXNTyGPBGziafRckroH40oQO5DV0XEfG8ZPOul2gxOMStPupm3GfbfcxpMtDbqB2srDXlAAAAAA==
    `,
  ),
  vector(
    'linked',
    'lz4 -9 -B4 -BD -BX --content-size FILE',
    repeat(sampleText(3000), 50),
    `
      BCJNGFxA8EkCAAAAAADpGQUAAPAidXNlcjoyNDM4IHsibmFtZSI6Im43NDIiLCJzY29yZSI6NDY0MzQsInRhZ3MiOlsidBsAYXQ3Il19CjsARzU4ODY7
      ADY1NjA7AFc3NDM4NTsAEDY7ABUxOwBHOTQ1MDsANzkzN3YAODk1MzsAGjA7AEc4MTI1OwAnNjY7AFc2NzM4MzsAGjWxADgxOTHrABY4OQBMMjQ5NukA
      FTQ4ACgzMCMBNjgwNTkAXDM3ODU2rQAWMK0AKTIy5wAGOQBINTA2ODkAABsAJnQ4IQEoOTGsACc4NXQATTE1NjNcAQZ0ADg2MTR1ACgyNSABPDUzMnUA
      COgACa8ANzgzNtEBTDE0MDZbAQewACgxNNEBNjY4MTsATDkyNDA6ABYxsABHMzQ3NzsANzE5NCYBTTM5NTI8AAU7AEcyNTg5OwAnMzmCAlw5OTQ3MyYB
      BuwASTQwNDhHAhY5OwBcODA0NTEPAgexADk1NTRhAQfsAE80MjE4sAAHODg1MesAKTQ4dAAsNjE6ABYz1QEoNjXqACgyMacDTzE0Njm+Agc5NTYyvwIo
      NzH4Ajw3ODm/AgYxA08yNDc1OwAFSDY3MzJgARo0JQE4MTk5JQEZObEATDA4NzibAQbsAAkPAjk1OTCnAy85M24DBzg0NDk7ACczNmABTTE4OTRwAxY5
      OwAoMzdgATg5NjTkAzw3MjfqAAbVATg3OTVgASc0M3YAXDk1OTg06gAWNUoCPzY1OOYDBU0zMjYxdgAWNpsBOTc2MOwAB8ACTTkxNjPPBAdyA083MjEz
      wQIFXzk4MjUxmAQHKTUzIwQoMjh+BUw2MjkzdwAGYwE4OTI4ngEYMg4FPzI4Mf4CCUk1NDM2/gIHOgA9OTM3hwIXMiIECbAAJzU3sABNNTkwNN8GBnUA
      OTIxM6QGFzBiAV82MzQxMBoHBzg4MjL9Ahg3EwJcNzg1MjATAhc3GgcpOTIjBAc7AE42MjI3GgcHAAMJcwMoMTU6A005NzYyxAIHNQY5MjgxqgYHrwNf
      MzAzNDcPBQcpMjKbBCg1NRMCPTkyOfwFGDROAgiyACc1MRMCXzg4MzQ1YAQHKjg5ngEXMZ4BXDc2ODM5dgAGiQI5Njk1JwQoNDRiBD80NTKxAwdJNDkz
      Mf8CCEQITDAzNjQ6AwZPAjg4MzB1Ayg0MDYGKTA57AMbMToDGTcTBTk2MTAUAi81M+wABzkyNDLrAxcynQFNMjE5NXYABrEAKTMznQQoNThJCE8zNjI2
      sAMHODg1NbADOTQ1MJ0ELzg2JgQHOTQyMcUCGTQmBD83NzIaCgcpOTcaCjgyNDYnAS00MZwEB0kIGTidASc2Nf8CXzg1ODI3OgYHKTU4dgA4MzU2OwA8
      MDE5YgEHxAUK/wI4ODE0vwgtOTDrBgJiAQ+4C///////////////////////////////////////////////////////////////////////////////
      ////////////////////////////////////////////////////////////////////////////////////////////////////////////////////
      ////////////////////////////////////////////////////////////////////////////////////////////////////////////////////
      ////////////////JVA6MjQyM0jqkcYKAQAAD7gL////////////////////////////////////////////////////////////////////////////
      ////////////////////////////////////////////////////////////////////////////////////////////////////////////////////
      ////////////////////////////////////////////////////////////////////////////////////////////////////////////////////
      /////////////////////////////////+hQbmFtZSIkbMg7VAAAAA+4C///////////////////////////////////////////////////////////
      ////////////////////////////////////////IlAiXX0KdZC6Vj8AAAAAsz0h1A==
    `,
  ),
  vector(
    'zeros',
    'lz4 -B5 FILE',
    new Uint8Array(300_000),
    `
      BCJNGGRQCA4EAAAfAAEA////////////////////////////////////////////////////////////////////////////////////////////////
      ////////////////////////////////////////////////////////////////////////////////////////////////////////////////////
      ////////////////////////////////////////////////////////////////////////////////////////////////////////////////////
      ////////////////////////////////////////////////////////////////////////////////////////////////////////////////////
      ////////////////////////////////////////////////////////////////////////////////////////////////////////////////////
      ////////////////////////////////////////////////////////////////////////////////////////////////////////////////////
      ////////////////////////////////////////////////////////////////////////////////////////////////////////////////////
      ////////////////////////////////////////////////////////////////////////////////////////////////////////////////////
      ////////////////////////////////////////////////////////////////////////////////////////////////////////////////////
      ////////////////////////////////////////////////////////////////////////////////////////////////////////////////////
      ////////////////////////////////////////////////////////////////////////////////////////////////////////////////////
      /////////////////////////////////////////////////////////////////////////////////////////////////////////////////+pQ
      AAAAAACfAAAAHwABAP//////////////////////////////////////////////////////////////////////////////////////////////////
      //////////////////////////////////////////////////////////////////////////////////////////////////9bUAAAAAAAAAAAAMJi
      0PU=
    `,
  ),
  vector(
    'legacy',
    'lz4 -l FILE',
    sampleText(3000),
    `
      AiFMGO4EAADwInVzZXI6MjQzOCB7Im5hbWUiOiJuNzQyIiwic2NvcmUiOjQ2NDM0LCJ0YWdzIjpbInQbAGF0NyJdfQo7AEc1ODg2OwA2NTYwOwBXNzQz
      ODU7AGU2IiwidDE7AEc5NDUwOwA2OTM3OwBINDk1MzsAAFYABzsARzgxMjU7ACc2NjsAVzY3MzgzdgAQNXYABrEANzE5MToAJjc4dABHMjQ5NjgAAekA
      FTSuACgzMCMBIDgwVwADIwFIMzc4NToAAa0AFTA6ADc4MjJyACY5M3IASDUwNjg5AAAbACV0ODkAODk5MawAJzg1dAA5MTU2IQEBXAEGdAA4NjE0dQAX
      MjoAVzY3NTMy6AABdQAI6AAJrwAgODNaAAPpAEg3MTQwsAAAVgAIsAAoMTTRATY2ODHrAEc5MjQwdQABOgAWMbAARzM0NzclATYxOTQ7AEg1Mzk1sQAC
      PAAFJgFHMjU4OTsAIDM5fwEDsQBIOTk0NwwCAMwAB+wAODQwNNUBNjY2OXYAVzgwNDUxsgABDwIHsQA3NTU0dgAnMjXsAEc0MjE4OgALsAA4ODUx6wAX
      NIICSDgwNDZ0AAE6ABUz6gA4NjY16gAgMjGUAAPqAFc0MTQ2OXUAABsAB+oAODU2MuoAJzg3rwBIMjQ3ODsAAEABB+IDODI0N2wDCTsASDY3MzJgAQC2
      AQclATgxOTklARk5sQA4MDg3JgEBmwEG7AAJDwIYNdQBSDI0OTl0AAGvAAZ0ADg0NDlfASczNmABSDE4OTTAAgH7AhU5YAE4NDM3YAEgOTbPAANgAVcz
      NzcyN2ABABsAB4UCODc5NWABJzQzdgBIOTU5OEIFAeoAFTV2ACkzNjsACeYDTTMyNjF2ABU2OwA4Mjc2cQMYM8ACSDkxNjPsAAERAgdyA083MjEzwQIF
      OTk4MvwCASgBBpgEKTUzIwQoMjh+BSk2Mp4BAXcABmMBODkyOJ4BGDIOBT8yODH+Agk4NTQzagYYMsICKTkz5wMBnQEWMicBGTWwACc1N7AASDU5MDSd
      AQGwAAaHAjgyMTNiASc5MCIESDYzNDHUBAE7AAZpBjg4MjL9Ahg3EwJINzg1MjsAARMCBjsAODk0Ob4FJzQ4TgJONjIyNxoHBwADCXMDIDE1HwMDxAJI
      Mjk3NkkFAScBBxMCODYyOHAGIDkz0gADPABIMzAzNIoCABsAB+oDKTIymwQnNTVjAUg2OTI57QAB1gQGhQUpNTMoASA1MW4CA3YASDg4MzTtAAGyAAbs
      ACo4OZ4BFzGeAUg3Njgz1gQBdgAGiQI4Njk1iQIgMzRbAAN2ADkyNDRxBgGeAQaxAzg0OTMnARgyngFIMjAzNk8CAMwAB08CODgzMHUDJzQwxQI5NDA5
      7AMAGwAHsQApOTcTBSc2MdkBSDYyMjUTBQvsADgyNDJ2ACcyMp0BSDIxOTXYAQF2AAaxACkzM50EIDU4WwADJwFINjM2MmIEABsACOwAKDU1sAMYNIoC
      Kjkx+QgBTgIG7AA4NDIxOwMgMTRHAQN2AEgyODc3xQIABwEHiQUpOTcaCiAyNL0BAzsASDYyNDEnAQF2AAaQCikyOJ0BIDY1IAADOwA5ODU4/wUAkQAH
      nQEpNTh2ACczNXYASDg1MDGJAgFiAQfEBQr/Aic4MYkCSDk5OTCxALAwIiwidDMiXX0KdQ==
    `,
  ),
];

export const GZIP_VECTORS: readonly Vector[] = [
  vector(
    'empty',
    'gzip -n',
    new Uint8Array(0),
    `
      H4sIAAAAAAAAAwMAAAAAAAAAAAA=
    `,
  ),
  vector(
    'text',
    'gzip -9 dump.txt, which stores the name',
    sampleText(3000),
    `
      H4sICJg4AWsCA2R1bXAudHh0AH1WO24dQQzrc4pgaxejv+SrGCmMwEgVB7CfqyB3zzwE8FCz2JTGmk8SRVLz8f7y9sgq+fX38fr88+V4PF5D+Xg43r//
      ept/qqvow3F7/vF+PD4dt/unWxzf/nz5uEMt0wFqPhY05s8aQP0OpU9oqQ2AlgRULROEjg5NYgOoO0A9JAWg1humIhw1F5C1fB9UP3EykKIctoASab43
      O1azzG3MBbThicD7p1sugoqw1zSoSeZy4nbVdFIsyob8mPBeFOds7aY4LJR0+E4t9Ds/41aSFrRYx46k1a9oBECpFFiSMj5hP6FsWQCVAgVWacjO0ppV
      h2aTUS1oDjXa5QANm2kjGGZVprzuN41wVM1W02lHylqqG07KhDYl9bpWrzk3+Qah7iNrl+8yzPxsV9DpNUZ+tZNEk3+Ufmt4ZOS+mjVrk4PhTqdNS67d
      ploIFQd+KUtPfqsFlUB+yxU9Hhz7pGupUYb8zuADEVql7pPaUpI3aHO5sNOpqq/VhI82K+i3yOUUZ+C4YJIrAVdy0/6WSzM/Wrgkpq9z2w53imv+M0Ix
      DTnpf+o3FW/qB+S8HScZMiRE69cC+p3S0tN5W0UnSe1GDWDYRWlcX8YZ+yj+QEnMg8Fjl0TAZSxuEQFQZ47zZQT9N8uRoXMqnE8ahqMxN9AuFdhVxozo
      6zhkbtFkhpIorlP2K6oJOzYCSWSK2nW+ZPXtEGwnPKX2qkuIXtZiQhUTRtvB2QyrJdTkj2+IIa67c5acctKIix14NUY1r9PmnGiR6DSaJkyuZ2XlZnWG
      5TBNIvaqq2GRFk6W+JAQZ7/26wwy9KuiEmc4pV+nxDygTcTaUmIm8fXLsKK9DFkdaVI6ZRM8JLItxw3kn5Yt/rfLMb9iVTFH6KDaGYYM7/JPUny+1Did
      un8M/wUkauspuAsAAA==
    `,
  ),
  vector(
    'noise',
    'gzip -n',
    noise(300),
    `
      H4sIAAAAAAAAAwEsAdP+cMngKbenjd3PkJlvCrIV1Qg/LvQRwD2JITgqlZEB9zOZZubmK7+srUYbvZ5hotEWOw4WDtmO2B1KN5JBu1CJTajMl1waDT93
      U/2ba9q5HL4Ah3rVO30QUylGYjBN3RGlpmf4qsbac9MPkDVxJ4zSc8uItPIzOux9gPqK9UUE2Rgjmq856NlWAgBNAxmq9erTIbUkHevd1Sif4KKOcVES
      mLuz9Bt4/GL8ThNkFKy0dk1GFTyfyIVp3dsgaFfVxDPQCqebr8Hu1/OXeeN5oBU7vFC2ucp0psT+PRtoyU69nWY0PrGs/mZgHWlwnvRS3DPuz5cOnL5a
      GlB3b057qlzU8hjwRs4mn0XJK6B+NKEDuQ1dFxHxvGTzrpdoMTjErT7qZtxn233MaTLQ26gdGsL4eCwBAAA=
    `,
  ),
  vector(
    'zeros',
    'gzip -n',
    new Uint8Array(300_000),
    `
      H4sIAAAAAAAAA+3BAQ0AAADCoPdPbQ8HFAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA
      AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA
      AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA
      AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA/Bj74rL24JMEAA==
    `,
  ),
  vector(
    'skewed',
    'gzip -n',
    skewed(3000),
    `
      H4sIAAAAAAAAAxWWV5bsOAxDt0ZKVM6y5Vy5+nXvfwXD+a1TR5ZIABdCv29S5YOwB7ITwFGsmAgBl6PTpFZZlvddZZuUkhD0XH+mNNnVm9MJHZ/C/EzF
      4SrVz9HhXclvJDzqclo/RUEqB9h0SjlLqWQkRHGzIchDy03objuEf24YK40zNsjvZ1nAdysIfHDT214wfHGFgthROnI2ofwTBTwJS/4eprUV5702+km5
      /UYaOxT4ZBkBbfp6vQiBJ7iBoM0Y7gxUNTlnt422RxLX1LpUp5e7N3bXP1ESiNVuThxL7zI1qwy+xKZm4G/mKLalBTVqkHbur7ZvUHsqXqN6QSPXcYiw
      1kWK7VJCqiBy8tX46N/DQsDi7DI3vKSfI/Zhp1zXiPFGc2yvEa8ZUKv9iBCDCtm0l9nuAzCTebaHErMW5C9922pa1Y8Km1mrPYrv2YglwFwBP478vnbF
      F4S2XaCaviOhw59d55D1BBrMJWcni3bV75Gv3mVT4kbrwyjBk+LJBvG2Zs7SxbR3NeDwYRlagNObRHUYQwNNBlQuVXFYypTaBlu9Ztp4x8+eVK0/2UAZ
      MsolrG/IfRNE0dXy0VdrtJ1GJKH3VAOpJO5vAOvdkMlYsa/UTdr9WtQI9ia9yL+qgwKlq7JvG0CANNYfWnf9AmeyVL6gSASHmcT81KncMutV4Tk5HaWy
      QJifISvtpCHFuzn85Es12C+JJQy9D/etdTHjbdeHhFo0kTXgplVo/Hs6bQ9Ufu0lrWBT2X7RHVPQ0UpxODF1H58ONGn3xYUegxQ+17cuRO7qeEP7eQRl
      7bYS8vWt11lb6cLvaLw2yU9zIiKwWD7q6Yk2hzJYwXaB0GerVJIa4aPQx+iSMh6VCFuc5m35uPZ+NmzCQM5J4mr8/giiLGL5qkMKPxsHfxM6eVsFPkpG
      byeV+YV/m56dWQiNH0VrzVqYihDWllySlOZ/7zoXdtNAYIU4w1N6CMaU3ogOoGScRvr3FMrLjf9NyYfpU758lD1Vk9qUVV5LEb2qRbJY9AizgLEv+U9O
      FeRNqORbhnUEKfpGKcQqRwKvZQWreVCDg8ArXUbPaCt4I0uVG+3rq279S2vsJCb1f1KVO/V6qvmKDaSVNaA+2RFwexzwzzkpHmaRC/Vw1iSWXOJfZ/Py
      WJ1Dv/3T0ppVeg827q+gHmnSMlvptcrL/5aAWQ6//lTSfxKMG4tb9+WdbTm0rwPauS7Tw3lZOVxKIx6r6c1b46T+Ai+TyGw3FgjW4W9JoUr6uibpy9aX
      mI22vzOvRoQ3BtY4J14PStqevHXPPxVVTpi1YdGrWQ1WmoSbmakppxQlp4y8Pr+1DIi+08zrPImPWShyMNxOPE3qGFjWEWZEfBnYH36bdvL2w3+fMWpD
      xoPyab+8bHKMXvS7lto6TCAUqxTxI3usinfck0l4h0n122nk+scI+V8b7F1XRXyo5+UeTwv/fk/RzVZmyXS5VRTFzb5t5jWrq2rzJrV4tFI7U9r2VK71
      Y4FbcbuBRJpVnuSPef5VlfbD4KD2yPeWlsQbExxG+5MFpztjAeFY/PCKf39NSuJetS5Kg67gVNCqDdy3H6ccMcPaxgYzaFfzyxZELUPXoYrssLSn8tqv
      Z6rEFh1r/Bqk6DNnxqxRLnM9rAasrMV2FC0VpCK9cessPG9WjFtKLzh36PtLfEkfb+lslk+OotPsUich2Uili24pLnJX+oUSqZKhk6+A5fhZcXByoXep
      jJaAIkOkEMqJ2PfSK0YjZ5EXDKy2bLcyq86RpwrlG8TXIel1rXMCJLWV1QivSxRVY1PRXuZKdSRCEc3K87U3l6gsakRjebuI8xTbURfcSGcHHCUPr2vb
      JUNQ09Zbva9J7Jc+OfU4QmPsAbMjTl7hHnIK3vaQ3eHd+U97BEihDAXXq2abReTCIALN1oTmoV7O02Om24TnO+C+75x0Ke9UutUsBQYXmSwmzyDzwyZd
      pJwuZSVbBjh5hSJFRhj/BwcfB2JhlMBdvfZcQB//dCDmMRgeJSPA8dLWEbUSsVlT+G5C0l2trlTd9M4tB/D+Ezd+0EsJlsaOd/kxVrOBhQ4XWBRSNhg3
      5B5ztxne4G8DdmOChhOYGZDmIW4cXMzHGGyK/2PWOaMYCVi//I6/t8h1k+7IUKzz75zAdjdm7j7CrF2MGL9CXUDC1OnCn4tei/cMF/QlpxJYdyMuaZ7Z
      O9c1tqd5c7w2yyswIgM1Dk08O+SCGpSxoNAZzaALHIzcAIb0brIKbQEh4v7VInXwtTG3Lcwu9NLfylB9EU5DMv0oxEhxV6F+hEWZPxRjmN1qzoQMMPEz
      TrVnxZVACsr9V9qDWFQXw2+oaRqjvO7EewhT4ro2nTuWWFyYv/3zm5mTyE5dBF+2g5XUjH05RuItyCCEF1w4FdjgaaLTNI44oV3AFK1jEjnFZoeYXSxp
      0WpL2G3EoVUUloUi6lonrqhoXLSoXebDxqw9xK+bFcCZXY6FwZQnsRxma45l9lIxQdeDtdAp23D1GcyWdJIbq54N3iuIzHVsQak44nizQ5AIC3srguIo
      oZSTADqr52+daYYlM4GiC1/rczumvYq74brB1qiztKsuoXP1FfSK7LZfS3LhGOmOc9Iz3Pv/vWXFxS7L1frZuGT832JnR/I/gJEILLgLAAA=
    `,
  ),
];

function vector(name: string, command: string, content: Uint8Array, base64: string): Vector {
  return { name, command, content, packed: new Uint8Array(Buffer.from(base64, 'base64')) };
}
