/**
 * Which characters JIS X 0208:1997 and JIS X 0213:2004 have, from the codecs of Python 3:
 *
 *     def cells(codec, leads, trails):
 *         for lead in leads:
 *             for trail in trails:
 *                 try: yield bytes([lead, trail]).decode(codec)
 *                 except UnicodeDecodeError: pass
 *     high = range(0xa1, 0xff)
 *     jis0208 = set(cells('euc_jp', high, high))
 *     plane1 = set(cells('euc_jis_2004', high, high))
 *     plane2 = set(cells('shift_jis_2004', range(0xf0, 0xfd), range(0x40, 0xfd)))
 *
 * Code points in ascending order as pairs of numbers, how many are skipped and how many follow on
 * each other, each number in groups of seven bits, lowest first, with the eighth bit on all but the
 * last; DEFLATE (RFC 1951), base64.
 */

/** 6,879 characters, packed. */
export const JIS_X_0208 = [
  'VVlLjmRXEVVE3M97+amu6m67kQUySEgMGCLZAiGLDSAhgbwCht4EA+ZMLTFiIZ6yDTbAkDkR55x7M13pcme9fO/eGxEn',
  'TpyI/Jd5eFi4m9nP7Uv7vr/ZnPn7tb38weyHr625ef2En2Y+7d9mv7K/tm/ygV9bPe42bFqtMMbMGz7a3Vs+8Hn+/sy+',
  's/9GO7hELWL4ffyY22F/8Vc/8hX5yZf2mf/WapM60z8+NHsb9ss/z+bftva33+XF6FZLjJb/NMtnrGzANRyj1y09cp+X',
  'XOFi9ZPXu/GG2rJbPdDwUL7tgVvybRuRP7O2xqrdpns/8tO32oM/ngfw3vXXuFivbctonMbwWz9N7718F93TD8GteVjd',
  'FgfPX29tuO99ePLGpUY+badFrtNwliMdX7bWh+WJWU/Hm7d8YMgvXAsxxmnSO16f5TN47sDzPOmRKzQCYurmWt/g7lnO',
  'CZOjtg8HD93j6Ll3BefIlfPMikboEHSNG195L9yC1cwTNo5oNJMtGbw2J5bOcFgtPLBQxrVW/ZGXDbbV3gE4XGq/IMyw',
  'prdY2BgyrOUWFbuy6uHwsrQ1npR7vPFu2FOncHh65On6jli69Ob0hcflXAjJx6bhdt4VteK9PJ4P1KU6IiKBf9494Jmu',
  'CLja48UOXGJQHHtM+O2T62RYqhsd3HLnT8JNeeSWrpmDtt3zwg0RraC8By5qzUu9yZP17dLTYEV+cuDkE+fswHnL1xVr',
  'HEJHpMtgrwWdzDXLCww9PLfPBM+OqIgN9x3zaO+UKx8LIfl25mkr2Wvtmzzv5Zm6kk++GgIiTBY/BV6FL2AQlHB4d0Ig',
  'gFbmZMAOS6uJnUPrt0ZGoCuUBMHsznV6XumIfyGi0+oyo/yef6UrmNf0MheobM2Ito6TrbRXHCoX8G5yx0qEfHPAFRfw',
  'G++ezDWiA7FIz8PGV2R+3fc+X9N/nrYDi3nPyQyzV7/nmzMjx6yq3ykrL8znPGs0nUGf9AVx+Lwe8I6nGhA+aIHFUFBt',
  '5aX4E44N25auXM1IXIK34uIBaAy5zNOKyvVbpSfwjSoD+9/yGngG1hdSg5xy8AC/2Ai+idtdaK0MuuXqJ/arFa7IFxju',
  'SqZ6hpSKLSu7Gmhq8qBIReAqGFzi1Nq9I7HlyB7EeUemznYkdRIY+KCjUvB4orLWQf2qRSFPLYYcTwWBKVXWML3EoROp',
  '0YoCrTxUCK0qBXgeDcWt2M9jI/AlFkvkelMVJXhGl89aOWEwCidLZjSlcqiKFRUmk8S5M6aOHVUyYGPjel4sxcrVwWaz',
  'yZ6uGMs6YzXoQ7kZ+/JpC5qhV35+FF4YZdLUDKWDkWAbqgj5N88QBLCpFpGiu9iFS6fJR215Q64FbC4vpCshli40M4DP',
  'YO2FUsh7L2nJKRNq70sQ/fkYsrXtcojrCFBfFYPRBarqCfJrA/YiLRxkTyeKw4ctT1zzygvuJlaOQrrTdqJQVCWdwnXl',
  'sMaTrWRn1awcTI4p6+oh76uU5ZkDse8rtf1EuWXdewoiXD7IzlVyF81AfRR6I3luOKtCAWBS7dBzwRraVDFIGKtwg8ud',
  'uZi5BTsbRYkqEGN7U+HvzKIGo8RwWKyiWC5SIXHpNuiAtcrRFqWDKyT8PJa+y3OE9q6az9yPpuz1VU3k4UD1yspejJe/',
  'gSiWFxb7AjsulN8qn3XeyTuX3yF4liTjp+IlHBvGocaOcnY5Iu0cZbSzpgiDrPSUI6V9Kblyo0l29ULQsCEF5QsnEAyZ',
  '0Y5kKV20eaqi0lX268D1foBaBg57w8OF246kOqTNKgRDMUA8484C60Wv73In6VxKqjx3a6yIK3bUy3JDfQJiCXgITI5Q',
  'dmZFJ9FDRXmQIewKD3+kNXg//R25NK5bQdQjzE9QA7C4pK5T67OiH+Rr296B94S1itEn74s3q6qBVYSr/O+DQ6bK66Ux',
  'roqZ7PT3win4sJSzNORuMOJJKxdLo4YrjQpz1d8gf8qOKUwg9rQ+ivtZSx4auKm/YP1UO5XouS9WLbB5rBIfFyhX6CQg',
  '+0XrlxVDnYVOBS3UUW/IZ/n/POedFZRI8qUqAtppaRocLz1IRFxT35VVl7Km0OxXpw5838pXd6xw4t43WHwtRDnR9y73',
  'vWGjyqFDiZV109RBoZp1SJyGlqlJjxOMaW0W5KH6hfzJ1W9PDBkz80Ie4VPsw0hURSEXnG9lA/XMEcx121xacTtzpVti',
  'l/o4gkxaSvVIy69UK8pNAzqp8N9bfb4/TaRrN5y5Sx39pDR4J+N9MEK9EWmwfFa9QD95g8pilu4OLFPrEmPxweZPkWeV',
  '0JiP8mGNDiEdIAUHtVOoPgpVHWqpck/lR2jkXUH0RF/xwLZvzSRLKyKV891WKrS2cKTElkxTJfAPxFhr6mSoHcAwvvIs',
  'NhL1yrcvIBdHB8ba9X6Zip6wlRZFlwMW3X2ySXmeYJTFHIHO68QBE62VWVIJn5QjRjRCmyw4Hhp5bK7BuRtq4w152nBP',
  'BwuMPEuAexEW+B++aMvLJzgePJP3HVvRZKUBv3ScZNiGHNmafU6pCQTqTo4eVM6RUuNEvNqjrAkrJ4TICRWJHmILWdfR',
  'QI5aHeV3z1HU6q8Oa6mHzBa1glBGc2UUlNpV8x43SUP1DawR033L8btYKdCXcipTonfa0lNXr77yYNuAs5R2G1yR+NwK',
  'wQX6JfTZ5whpG10scPPJxg0PYT+lfBwaY6BP7A1yk92LujtNOq7IgY6hzTwkQmNSu6xBFe/1pawGrM1qZYfyhP32k4hU',
  'vzMgbqZGXpw4sfOiOc2/N5HRCE6XssnrmyzKjD2O6ng0NGwz0Hmwqah0oJCVFISdrS0BhiNWMVjLDZW51ax2dmAUVqjy',
  '49FwPHNBkb4U4ZQTXa120NnjnU+c1pSc0ySxswB3yW10bLtRUEnX2GzsEZc325YW2WtepUahP1g2FP8S5Bym9QLZa/xo',
  'WMZxUvRFNmwBaj6iURcL8LVtRlVd7piiVFzSmkAzqebMIPMb28W87wt59Ngy2dmCGRud0MCibbFNxECGtCVJO+axDecc',
  'MtCx6qaqWLMWCuJpS0Qu8VNlr++hlGoOxPWbhipVfi9SDoxDz3U4z66k5VACQ82kvLGx3VdaYNeC5elDRa8ovFL8pg60',
  '8D/h+Fl7ZTm4Kyn5PMbMaMhr/buXiOt234qWlO0cRrTD7Ue8F2pIDjaf8Oz5mD7Z01n3EIZS5E1lIUSOsZuae4oc38Qz',
  'IAHDL1Ert+fRmK1htD3asTU8itXUQswIoIPIZznuZ7XD4oyi/kArtWBX5ymvNr+sWVHSyAH02dOo3TlORiZCEGIY21R2',
  'nLnkb5xfWckkDL+WVON+sTxkD1yjwaq75rZFdNhK1/cdiF0q+FwztaHjacgQSx4sheFrsBG+KH232CscHFQ4hZiGhGyQ',
  '0Eo1qjyNFcdTMXD/51quPfUdDfpixpVTVOCnsw2IdhGXDl8xKkJe4+vSJ21se+rjP64JFVLsROK9ACIXEEtAFwzbMkS9',
  'wgLCkWR2S/1SNe62qY4zi9IGizzVVim5Zj7ncWPQG6mgEuwGZUZ3dja/0DJNbY4voVDfUSCIX6EiZyKOZhJx6ttIDa4w',
  '6esMU9NXGJrBTnZ9sOrexTY9czCwRpjMsYZOw7d6h56HBTf1RQ1U0NF/jNTade/nY333dLrsw6bnjq0rtl3TNc14yiGz',
  'LQmEE90BZOjEtPUiUE0koqkH1IRB3QqJdOH7Ff3IZ/nHG3ZZHc9ZfUT0pxEedCL0EHvfhn7fjMrnjhQszVuhOoAadEzq',
  'C78o9EhhnLCbmLnF+oZsSstW0P/HIXKsDtJZvUGYHEzsClLjUcp9t680tAg0eIRpaZALC+tOScfYQMPMoMxEGEQX7LaQ',
  'RcBq32OseHQya567OaELagjZjtBhW9k+aAXX2Jh6POpGbHapNV70PhPEXp3IU+ZiXMMhRNnCgUWmQW8SdAeZyX9jqw7e',
  '8u6PDxEPQ2a0J74KfjksUfpCr+i7N7Nv2pUzaZ9riB6+BYXja4euWg+iyL9e+PXaahtqSCx+5QD592JBCuGLSJ/DrdjK',
  'OVDbTMSB0l2DoxoMa7+PIKoLAlffWXPu3yRq1edXOrXAqV+eJqPK/wZhazX2ptocuOu73XJggAxK0nBQFcsw+lvFvXbn',
  'zdPYTN+AjIudmyAIne6rypd245dGFdKf5rPf7hoEwov91S08c0G3NbvC2FjhxppnxCmFcck6WxG4qiRfumtUHP5ZfQGV',
  'f/3nBzrG/vT3Wu7/',
].join('')

/** The characters of JIS X 0213 that JIS X 0208 lacks and Unicode has as one, packed. */
export const JIS_X_0213 = [
  'TVlrqKZVGWU9e7+X7/1u5/KdM3Nm5uhcHbPUmfHupHRRM/uhSSqVkgoJkaERKRRZKkpFGgldsKCJ0uyChWQRmkXkD7Nf',
  'EUESQRfSoB/+6Uda0Vpr73NqDsfzfe+7L89lPetZe3sCEQAiIUWkvTgZK5GRctvycUQffByR+ZuijVnuu3aBMzAEErb/',
  '7eb0q8f8kKNJPZASp+bUQX/B5eKgN2i9VdusN5rFNdEnNIlL61tCbg7gRrx6dnw/8leBGTYQ/NFK78LNWg0DGkyxmYZJ',
  'nuzkhqdhX97NNyOM0USHhRbmvNWY0OpROoxd8ZpYxiOYA+/A6xfX78LiCVnac3SbV7CRB3TR4o0DJ+IbwJtw8vCDFFfG',
  '+bgwHp5kOhorqUnXpj6uzRkvY+kox++YX9L08yVuKC8n6GlDK0sUK9qZMQ1FqcGBPI8JfdzP98DZfHaIfy/g72E/yxyz',
  'ijfjIkZ+wHl8vod+bGAJl+Ayvg2cg8+BBvfYgbOwl8PH3C6Yh5ab7uaQL2lO0MH/0DXcHCs4ACWkwRUcMefC61jGhJ/3',
  '4yR+/oqiezEfXMq1D3H3I7RHCwO7uO/P9UfJOpd/p7iJcy7EBxmZlkOvopGnoOM+q/x+Dd/O+fcgTqV131Zid3Bt+XSE',
  'g3bR23Xs45Q1mp75bhPv5NPX8fNBHKWZx7nB9bhOLuzE6bTwFryijVf48SAeAu7C/eBKHVc4g25/HTT7HNyGT+tDYE0Q',
  'STSB4em58wGas1sw4w6dczKiLYmfBcaOluzVsxgM3TaSvR4qBMOzYNztYAhb41zPpxw3xDSN/TbX55kjJkRockASZ5Sc',
  '78CoafhOP0qcZqDO6JzTPuYOcXCO1l9nzmVTT887/0wcxRF9ah14rZ6J6zmNO4ZSb0La4HmK+djzB6LRezHtmau21c6I',
  'Ja66xBGJCS22TBVBR2lqW3qOz9iIPaonztjFd7KEY0Ox6z2qi8ar09fqmzw4ZH+AcZKHe7yqPAjXrKK/k+OTYRnM0TJH',
  'OAIx2L7NaIyerkZdOQTHDJ7RovDUMt/1YqsYmZmW9ZlPe9bbCscW2Mu+pWhof6u08tsm/zNyDGfOs3bRfq3sV/Zte4mY',
  'ng78VYYWxsICk1T272OgXbS9elLWGHG3nDRjp2Oof1PHaVYQQj+mjod+BjGqkbmqSBoBDdlg7hVHFUMtc6VAaO6WbZnZ',
  'Kpnr/YTcxR0Yc/szMT8qRvxsh4JvleFVWcPvq0aJrBo7N1rjNDNYSq33Ma4gjImgw2id+RlYx8uO18QWwrXTlWwo/ial',
  'oNVlpXBkklFV8LiseEVXvRElwXGY0fMBE3s/yT1pQLsxaq5iof9kr+MOg2nKikzJnMexCkK9YQj5P7Ffspx/Y1wz2zL7',
  'ofWUQ9tIBLluQDsyjrmOOj7rYuIc9FF63JL3Fh8gGq82KfXkfG4QyUtaNSa2R/vtdKzXaPWEMxau98Y7J8/rnUOx0yrX',
  '2sRSHIrGb2T1Ro0ufYuRES1cdfzNZLf1KPXcpGxblkvXsY3Kxz7aDefIVcA3I+f0pNAc1ExOVDdeZ/D3zpb1XG1O/klG',
  'LauLnwv+i7cDbW29j9q5mxD3akL1o7dFFchXpKZkOTdGRzZm4FxO/KTxjuAOyt/UdaBoqXdTKqA3omCULplrFma37CiP',
  'Kp8uvEYYo131LNkf7uA6LxlLruVUEdOYzWVsa0y1tqzwvmpBc4QosYzsLyg+zTVZesE4ig/c05HUvm2NExw/WT4mA5Hx',
  'cme8Jtu+wg+KbRP/3xN6718zWxmyF2/x07K1RbJK0ZycxCUpNdUW2bFkFkGNQa483cZOjYxZ9BxNJqRFbZ2z1cP2u47V',
  'CTjf9aNoTJMioDdTR74gDPWXq+eJ58uGNTF1lCyE0R+lVomIecqu8YLO5STPhhqjRh64OEdG667qf+nMim2KIk9RY5Vx',
  'pvug81Njp3UHxmhaa9md3qi2f6o/V1IyJhesqBRb6rWNgv3GnafPc6/V1n5GW5K8IdtEZTLnvI+CLM3v3ANnNfJtrTlV',
  'jzW1+/h6WBHbOvqeF1olF07syCrZz5MthpDlKgkjQp7uMzqnjHPvfquuMGZ2hJkpWWeZUZo4d6fQorF6QEydU9ialcL7',
  'TkpT45KlU2GAOcRRe0ygVCYqU3U15/NoCyats7Zg25klHFuzW1ORp2pLjWsr1ddMICOf1D+rOim8bSvtmWdPA4W3+U88',
  'KGRFFN0/dwdVT+1CeERs1XPp5ohSqXZCGQvUamprLIS0WXQcMmdEGsI1u7+qA5WMqtpQUThVR6KmaK0uR+U0U7WZPq7a',
  '4tKVzkr/q45kPRCuSGqmWNOTgHlV73fTij5ld8vBUTB7GunqyqUo5s5wXzvkqFRiDMbnrlRYtjPPpdKJYksxde6ka0ZR',
  'qZWZlKtZ0wUVW50m/CQ7ts6tOyaqFlxzV++twNwFEoySok1aYxZbnB+NeXrk/t+4l1i3cNrc/GROdqU0rt2wYm2rBpE1',
  'iTWxVvXJPHJlqKLHC+sUFZV4EBuFGYurN+Is29y4K6RtTWnlac7rnflRwP4WzdRtK1GdAXa6BmdWu+oynbVP6VAntGKO',
  'EjA6wOXmscymJxmybPExdtrdTjyuQDhVIpzWQiwU1pJyBwdxsyZhyYKCQYnO8gWV9Iu8DBeVksqUEmar3ILHVj7bgnZr',
  'SVOajORrF3OHu4+ohFjCsrR9bGmr+JfuyzWNUSX3zGQ8U1BNdLNK5YUi1ERGLoQhNmpDLxQfKPBYMwh5rHdRp+3WXPxP',
  'lpFVUNa2UVpC1MIr8rVzuptK1GN7OPgyoHcWZv7c1HSP7HuhN9vmAx2qfAi3Lzj1RbQNpvJRNDUjvcReDKnEu9gyswBY',
  '9rGwNXCKrJxsFzlnVBneO8vJBSxiQHQ1/8W/ph4I+hprEdk4xpJ3qRRs6wNW7/W7Ms7CoRw3fdjybkXSTbcPEw3P3RKS',
  'yy5O7sjD1yJEPesJ2LIPVSYJ6JsudFGvRPAeWzapNobHqaGMY6VmVwKvFNaqD/Prjldbs7Rw1Issm9mztRpnH3QwQSm+',
  'Ptr08FZ3rokiX6gMTirdF0dcOrN6azJ4yx5XsUMu+dS6Xuu1sWpccjC02ignb50c4KnqnKHaY1bL1tEq1MBBdY56HoN5',
  'beSQvc16Z6hF0tRunCpwGnNUwl7paOqpw1X/5nr5xV5b2ZRmkN9yHtfEM7HuCtNUO0Ok7bsF+PJrVmMRtnRkq+ZVaW1B',
  'p2UiBNU2hW8ySgSa2K396iks3DJy5TIxrr73pUsWJVVPhKn0icrapS/Ot5UUasl21WJgM5e+PxLdBdwHyi2HRq8btouq',
  'z0ZI25Qku3f5RJnraUib3qeLsiYtFZnsGmkrVsKYvFjpic6Hw54hh9FULmmKIFkUnJreD/rgWBpYYzkJtxglZ5/ll00N',
  'X0SaaXMNVTjk+m3curaEc2PArKoZC0R8c3EV0tai7gKLyizhtrPQNV9aJDJz5G2ZcFGV+qm2yyJHl13fTbRVYsqnvkrb',
  'ceUIPb3WcqGrwga1vRZunHNGrt2mrDDUS4Mp9zPcydpw7TeFe1UAsQWckpKu3L/6VrZEY82yIxs+SurIRzxf/BbtjHKv',
  'i21ovp82z12EOgCusieWKE9qRH0YiLzdxXqU67e+CKkqwidRoio5OK0HiHJxfIMl7FoVpJZ67o9TX2XockRoao2Rrh4y',
  'UhGXkeulWvYFpPjolSfgi7EL8B6+O6Y6SMk1PDr+QhdPlU5xFb57d8bHLAf+DdyOLwYupZd38s0zwK+At+PRwI+AY7hL',
  '16R78WTgrbgbeCThy8A9KqHDeA74WoPjpK6TaOG76Zt4V3epH8djiJcCt+FWrnUcrwTuCzzU4Le6+tpDXzacoTXy+tXx',
  'N+A63At8IunKlgMfBJ5t8WLgSvwZeCzwgOr8GtzBbZ5O+A3DH0fwr8ANTlO5Mnpv6IL5LnyY3p+JD6UJfqGq348DcY92',
  'PUjrXsj4a+IYdamjunY9FPcmuX+r3DwPP0n4e8ZH8XzojvyHCZ/U0ehRh+mfoLHHGItnhEYG6X7gANc9H6fjj4kBvwJn',
  '6373ucSFBnw2c/MHlbyfoVz7Ph34jG7DxSvX0/U5LuTkO/ldt9EDLtfre3TSfBZ4Eng108Zb8VOB5hYG9gN4A107iyf0',
  't+Bbysf78CfyPR4P3JRe1Q6vxYkm9rMCz8cvE7nzahbGR6D/lfFE1qX542Fkvgy8CObm0YRfA0fwlBy6Hb8DeeByfJ7W',
  'xQO6yH8++1y2O47GzRyxQUcPc39dhP8e/HIicCM+pSisc6ubcJkM/6Zk8B8Sngl8T9g6FefiH4HvJLzU0ny5LzfWmYG/',
  'gF1pwal34At0N+li/ceJ03fgi8B/AQ==',
].join('')

/** The characters of JIS X 0213 that Unicode has as a sequence only, か゚ among them. */
export const JIS_X_0213_SEQUENCES: readonly string[] = [
  '\u00e6\u0300',
  '\u0254\u0300',
  '\u0254\u0301',
  '\u0259\u0300',
  '\u0259\u0301',
  '\u025a\u0300',
  '\u025a\u0301',
  '\u028c\u0300',
  '\u028c\u0301',
  '\u02e5\u02e9',
  '\u02e9\u02e5',
  '\u304b\u309a',
  '\u304d\u309a',
  '\u304f\u309a',
  '\u3051\u309a',
  '\u3053\u309a',
  '\u30ab\u309a',
  '\u30ad\u309a',
  '\u30af\u309a',
  '\u30b1\u309a',
  '\u30b3\u309a',
  '\u30bb\u309a',
  '\u30c4\u309a',
  '\u30c8\u309a',
  '\u31f7\u309a',
]
